//! The embedded forge with real repositories.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod rig;
mod taking_over;
mod pull_requests;
mod merging;
mod outside;
mod feed;
mod looking;
