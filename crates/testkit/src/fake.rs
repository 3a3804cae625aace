//! Stateful fakes: they behave as the ports' documentation says and can be told to fail.

pub mod faults;
pub mod clock;
mod feed;
pub mod store;
pub mod board;
pub mod chat;
pub mod repo;
pub mod forge;
pub mod workspace;
pub mod runner;
pub mod run_log;
pub mod host;
pub mod storage;
