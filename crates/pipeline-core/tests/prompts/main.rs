//! What agents are told: the prompts of `agents/` and the briefs, to the letter. `INSTA_UPDATE=always` writes the snapshots anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests: a broken expectation panics"
)]

mod setting;
mod rules;
mod documents;
mod places;
mod briefs;
mod merging;
mod sizes;
