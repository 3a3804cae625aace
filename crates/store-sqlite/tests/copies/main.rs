//! Copies of a database: made while it is used, checked, put back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

mod home;
mod backing_up;
mod restoring;
mod checking;
