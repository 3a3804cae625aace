//! Plumbing on repositories of ours, with real git in temporary directories.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

mod plumbing;
