//! Pipelines as data: the shipped files, what is said of broken ones, what a task can cost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

mod shipped;
mod broken;
mod sloppy;
mod misfits;
mod cost;
mod views;
mod drive;
mod driven;
mod live;
mod repinned;
mod made_up;

use std::path::Path;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::file::parse;

/// The text of a shipped pipeline.
fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/pipelines")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn shipped(name: &str) -> Pipeline {
    parse(&text(name)).unwrap()
}
