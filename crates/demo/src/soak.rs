//! What the soak and the tests of whole daemons share: chance that can be repeated, processes of one home, kills, a daemon with many tasks, and
//! what is counted at the end. No part of the program; it knows no adapter, whoever uses it opens them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "support of tests: a broken expectation ends the test"
)]

pub mod dice;
pub mod waiting;
pub mod programs;
pub mod processes;
pub mod doors;
pub mod strike;
pub mod moment;
pub mod kills;
pub mod fleet;
mod daemon;
mod installation;
mod people;
pub mod output;
pub mod census;
pub mod ledger;
