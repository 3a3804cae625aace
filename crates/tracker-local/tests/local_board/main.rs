//! The embedded board on a real file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod rig;
mod file;
mod people;
mod pipeline;
mod feed;
mod chat;
