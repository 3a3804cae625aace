//! The demo: a sample project, a scripted agent, a demo operator, live progress.
//!
//! It runs the same program as the daemon, with the embedded board and forge, in a directory of its own. Everything that a person
//! would do goes through the board.

pub mod scenario;
pub mod sample;
pub mod agent;
pub mod model;
pub mod options;
mod home;
mod issue;
mod project;
mod program;
mod operator;
mod progress;
mod boundary;
pub mod report;
pub mod run;
#[cfg(feature = "soak")]
pub mod soak;
