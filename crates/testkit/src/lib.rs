//! Stateful fakes, one per port, and the conformance suites that keep them honest. For tests only: a broken expectation panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support"
)]

pub mod sample;
pub mod fake;
pub mod conformance;
pub mod statements;
pub mod query_plan;
pub mod lingering;
