//! The walk: every event in every state of every shipped pipeline that machine events and asked-for answers lead to. Times, ids and commits are reduced to a few
//! symbols and the limits to small numbers, so that the space is finite; the rules themselves are the real ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says so by failing, and the walk says how far it came"
)]

mod start;
mod node;
mod normal;
mod happening;
mod evidence;
mod outside;
mod search;
mod check;
mod loops;
mod mutations;
mod document;

use std::sync::LazyLock;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::transition::decide;

use crate::search::{Fault, Ground, Walked, walk};
use crate::start::{shipped, small, with_ci_outside};

/// The built-in pipeline, with CI in the forge.
static BUILT_IN: LazyLock<Walked> =
    LazyLock::new(|| walked(&small(Pipeline::built_in()), &with_ci_outside(), 0));

#[test]
fn no_task_of_the_built_in_pipeline_ever_stalls_loops_or_revives() {
    assert!(BUILT_IN.pairs > 10_000);
}

#[test]
fn no_task_of_any_shipped_pipeline_ever_stalls_loops_or_revives() {
    for pipeline in shipped() {
        walked(&small(pipeline), &with_ci_outside(), 0);
    }
}

/// Walks and says how much was visited.
fn walked(pipeline: &Pipeline, project: &Project, interferences: u32) -> Walked {
    let ground = Ground {
        pipeline,
        project,
        interferences,
    };
    let walked =
        walk(&ground, &decide).unwrap_or_else(|faults| panic!("{}: {}", pipeline.name, all(&faults)));
    println!(
        "{}: {} states, {} state × event pairs, {} of them walked on",
        pipeline.name,
        walked.nodes.len(),
        walked.pairs,
        walked.steps.len()
    );
    walked
}

/// The faults, one after the other.
fn all(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    texts.join("\n\n")
}
