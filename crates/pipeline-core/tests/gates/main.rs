//! Gates: what each of them says of what was gathered. Inputs are documents and observations, the outcome is one line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test says so by failing"
)]

mod setting;
mod registry;
mod reports;
mod binding;
mod branch;
mod reviews;
