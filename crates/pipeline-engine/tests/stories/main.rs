//! Stories: the whole engine on fakes, told as the specification tells them. One file per story; `world` wires and watches.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests: a broken expectation panics"
)]

mod world;
mod logs;
mod stalls;
mod people;
mod settings;
mod operator;
mod desk;
mod accounts;
mod sight;
mod watch;

mod happy;
mod bounce;
mod analysis;
mod approval;
mod rejection;
mod repair;
mod failure;
mod providers;
mod preflights;
mod deploy;
mod merge;
mod merge_slot;
mod branch;
mod orders;
mod outbox;
mod start;
mod ci;
mod local_tests;
mod forge_review;
mod recovery;
mod every_call;
mod clock;
mod repin;
mod replay;
mod admission;
mod ending;
mod rest;
mod tidying;
mod told;
mod voices;
mod orders_answered;
mod alarms;
