//! The program as an operator uses it: real files, real exit codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

mod home;
mod busy;
mod showing;
mod replaying;
mod ordering;
mod holding;
mod tidying;
mod outbox;
mod providers;
mod checking;
mod runs;
mod failing;
mod copies;
