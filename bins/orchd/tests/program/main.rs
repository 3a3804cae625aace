//! The program as a user meets it: started as a process, judged by its exit code, its words and what it leaves on disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod demo_run;
mod no_agent;
mod agreement;
mod scenarios;
mod kills;
mod restoring;
mod degraded;
mod full_disk;
mod dice;
mod account;
mod patience;
mod processes;
mod installation;
mod victims;
mod in_flight;
mod twenty;
mod own_repository;
mod secrets;
mod bad_input;
mod second_daemon;
mod serving;
mod shutdowns;
mod stalls;
mod flood;
mod escapes;
mod records;
mod unread_log;
mod tidying;
