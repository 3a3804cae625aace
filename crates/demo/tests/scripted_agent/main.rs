//! The scripted agent, role by role, in a checkout on disk. Its reports are read by the rules' own readers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

mod stage;
mod documents;
mod code;
mod reports;
mod foreign;
mod model;
