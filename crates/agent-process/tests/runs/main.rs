//! The runner with real processes: its runner program is the example `agent_runner`, built by `cargo test`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

mod bench;
mod starting;
mod ending;
mod restart;
mod environment;
mod log;
mod storage;
mod providers;
mod record;
