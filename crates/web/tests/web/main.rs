//! Both listeners as their callers see them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken expectation of a test panics"
)]

mod support;
mod webhooks;
mod api;
mod guard;
mod board;
mod pages;
mod hostile;
mod listeners;
