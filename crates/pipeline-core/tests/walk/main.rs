//! The walk: every event in every state that a task can reach, in the shipped pipelines, with each way to have CI and reviews. Times, ids and commits are
//! reduced to a few symbols (`normal.rs` says how) and the limits to small numbers, so that the space is finite; the rules are the real ones.
//!
//! Three walks, with the same checks after every event: (1) whatever the machines do, without end, and the answers that people are asked for; (2) whatever
//! anybody does, twice on any way; (3) at random, whatever anybody does, for long. In (1) and (2) every other event is tried in every state as well, but
//! what it leads to is not walked on.

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
mod agent;
mod commands;
mod repin;
mod ground;
mod tried;
mod search;
mod check;
mod loops;
mod random;
mod limits;
mod mutations;
mod document;
mod trail;
mod found;

use std::sync::LazyLock;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Ci, MergeTime, Project};
use pipeline_core::transition::decide;

use crate::ground::{Ground, Reach};
use crate::search::{Fault, Walked, walk};
use crate::start::{nobodys, ours, shipped, small, with_ci, with_forge_review};

/// A pipeline with small limits in a project.
pub(crate) struct Setting {
    name: &'static str,
    pub(crate) pipeline: Pipeline,
    pub(crate) project: Project,
}

fn setting(name: &'static str, pipeline: Pipeline, ci: Ci) -> Setting {
    let (pipeline, project) = (small(pipeline), with_ci(ci));
    Setting {
        name,
        pipeline,
        project,
    }
}

fn bug_fix() -> Pipeline {
    shipped().swap_remove(0)
}

/// Every setting: the shipped pipelines, and each way to have CI and reviews.
pub(crate) fn settings() -> [Setting; 7] {
    [
        setting("built-in", Pipeline::built_in(), Ci::External),
        setting("built-in, CI is ours", Pipeline::built_in(), ours()),
        setting("ux, with local tests", shipped().swap_remove(1), Ci::External),
        setting("bug-fix, CI is ours", bug_fix(), ours()),
        setting("bug-fix, no CI", bug_fix(), nobodys()),
        setting(
            "bug-fix, reviewed in the forge",
            with_forge_review(bug_fix()),
            Ci::External,
        ),
        merged_after_the_deploy(),
    ]
}

fn merged_after_the_deploy() -> Setting {
    let mut setting = setting(
        "built-in, merged after the deploy",
        Pipeline::built_in(),
        Ci::External,
    );
    setting.project.merge = MergeTime::AfterDeploy;
    setting
}

/// The built-in pipeline with CI in the forge.
static BUILT_IN: LazyLock<[Walked; 2]> = LazyLock::new(|| {
    let [built_in, ..] = settings();
    [Reach::Machine, Reach::Disturbed(depth(3))].map(|reach| walked(&built_in, reach))
});

#[test]
fn no_task_of_the_built_in_pipeline_ever_stalls_loops_or_revives() {
    assert!(BUILT_IN.iter().all(|walked| walked.pairs > 100_000));
}

#[test]
fn no_task_stalls_loops_or_revives_whatever_the_machines_do() {
    others_walked(Reach::Machine);
}

#[test]
fn no_task_stalls_loops_or_revives_whatever_anybody_does_twice() {
    others_walked(Reach::Disturbed(depth(2)));
}

/// How often anybody may do what nobody hopes for; `just walk DEPTH` goes further than each test run.
#[allow(
    clippy::disallowed_methods,
    reason = "how far a test goes is the caller's to say"
)]
fn depth(usual: u32) -> u32 {
    std::env::var("ORCHD_WALK_DEPTH").map_or(usual, |depth| depth.parse().unwrap())
}

fn others_walked(reach: Reach) {
    let [_, others @ ..] = settings();
    std::thread::scope(|scope| {
        for setting in &others {
            scope.spawn(move || walked(setting, reach));
        }
    });
}

/// Walks and says how much was visited.
fn walked(setting: &Setting, reach: Reach) -> Walked {
    let ground = Ground {
        pipeline: &setting.pipeline,
        project: &setting.project,
        reach,
    };
    let walked = walk(&ground, &decide).unwrap_or_else(|faults| panic!("{}: {}", setting.name, all(&faults)));
    println!(
        "{}, {reach:?}: {} states, {} state × event pairs, {} of them walked on",
        setting.name,
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
