//! Runs with a real runner (the example `runner_host`, built by `cargo test`) and real programs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

mod fixture;
mod neighbours;
mod launching;
mod output;
mod stopping;
mod containment;
mod signals;
mod stalls;
mod survival;
