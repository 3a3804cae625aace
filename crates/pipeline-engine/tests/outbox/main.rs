//! The outbox under faults: many tasks, systems that fail, hang and lie, daemons that die.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests: a broken expectation panics"
)]

#[path = "../stories/settings.rs"]
mod settings;
mod office;
mod moody;

mod faults;
mod systems;
mod daemons;
