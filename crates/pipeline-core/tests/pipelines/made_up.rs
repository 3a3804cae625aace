//! Pipelines made up at random, of those that the reader takes: whatever happens, a task ends, is merged once, and costs no more than is told.

use std::fmt::Write;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::file::parse;
use pipeline_core::pipeline::worst_case::{Runs, runs};
use pipeline_core::project::{Ci, MergeTime};
use pipeline_core::task::TaskState;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::cost::{Counters, Walk};
use crate::drive::{Drive, World};

/// A stage as it is made up: its kind, and where its ways back lead.
#[derive(Debug, Clone, Copy)]
struct Made {
    kind: usize,
    back: usize,
    single: bool,
    counted: usize,
}

fn made() -> impl Strategy<Value = Made> {
    (0..8_usize, 0..6_usize, prop::bool::weighted(0.2), 0..4_usize).prop_map(
        |(kind, back, single, counted)| Made {
            kind,
            back,
            single,
            counted,
        },
    )
}

/// The file: analysts, designers, architects and checks around one who writes code, a reviewer, a tester, and who deploys.
fn file(before: &[Made], between: &[Made], after: &[Made], limits: [u32; 6]) -> String {
    let [per_cause, bounces, questions, objections, repairs, attempts] = limits;
    let mut text = format!(
        "name: made-up\nmending: code\nlimits: {{bounces_per_cause: {per_cause}, bounces: {bounces}, question_rounds: {questions}, \
         conflict_rounds: {objections}, repairs: {repairs}, base_merges: 2, attempts: {attempts}}}\n"
    );
    if let Some(first) = (!after.is_empty()).then_some("a0") {
        let _ = writeln!(text, "merge_before: {first}");
    }
    text.push_str("stages:\n  - {name: created, column: Todo}\n");
    let mut names: Vec<String> = Vec::new();
    let mut add = |text: &mut String, name: String, made: Made, kinds: &[&str]| {
        names.push(name.clone());
        let to = &names[made.back % names.len()];
        let earlier = names
            .len()
            .checked_sub(2)
            .map(|last| &names[made.back % (last + 1)]);
        let cause = ["", ", cause: ci", ", cause: review", ", cause: check_ci_green"][made.counted];
        let kind = kinds[made.kind % kinds.len()];
        let body = match kind {
            "ask" => "role: analyst, on_fail: repair, asks_in: q.md".to_owned(),
            "approve" => "role: analyst, gates: [check_analysis_approved], asks_in: q.md".to_owned(),
            "object" => match earlier {
                Some(earlier) => {
                    format!("role: architect, objects_in: {{document: c.md, stage: {earlier}}}")
                }
                None => "role: architect".to_owned(),
            },
            "design" => "role: architect, gates: [check_architecture_done], may_write: {docs_tree: [\"06-adr/*\"]}, on_fail: repair".to_owned(),
            "code" => format!("role: developer, gates: [check_ci_green], may_write: {{code: []}}, on_fail: {{stage: {to}{cause}}}"),
            "local" => format!("role: tester, gates: [check_tests_local], on_fail: {{stage: {to}{cause}}}"),
            "review" => format!("role: reviewer, gates: [check_reviewer_verdict], reports: [12-review.md], on_fail: {{stage: {to}{cause}}}"),
            "test" => format!("role: tester, gates: [check_tests_passed], reports: [13-test-report.md], on_fail: {{stage: {to}{cause}}}"),
            "stage" => format!("role: deployer, gates: [check_staging_status], reports: [15-staging-log.md], staging_only: true, on_fail: {{stage: {to}, block: true}}"),
            _ => format!("role: deployer, gates: [check_deploy_status], reports: [14-deploy-log.md], on_fail: {{stage: {to}, block: true}}"),
        };
        let single = if made.single { ", single_attempt: true" } else { "" };
        let _ = writeln!(text, "  - {{name: {name}, {body}{single}}}");
    };
    for (at, made) in before.iter().enumerate() {
        add(
            &mut text,
            format!("b{at}"),
            *made,
            &["ask", "approve", "object", "design"],
        );
    }
    let code = between.first().copied().unwrap_or(Made {
        kind: 0,
        back: 0,
        single: false,
        counted: 0,
    });
    add(
        &mut text,
        "code".to_owned(),
        Made {
            kind: 0,
            single: false,
            ..code
        },
        &["code"],
    );
    for (at, made) in between.iter().enumerate() {
        add(
            &mut text,
            format!("m{at}"),
            *made,
            &["review", "test", "local", "ask", "object"],
        );
    }
    for (at, made) in after.iter().enumerate() {
        add(&mut text, format!("a{at}"), *made, &["stage", "deploy"]);
    }
    text.push_str("  - {name: done, column: Done}\n");
    text
}

fn files() -> impl Strategy<Value = String> {
    let limits = [1..3_u32, 1..4, 1..3, 1..3, 1..3, 1..3];
    (
        prop::collection::vec(made(), 0..4),
        prop::collection::vec(made(), 0..4),
        prop::collection::vec(made(), 0..3),
        limits,
    )
        .prop_map(|(before, between, after, limits)| file(&before, &between, &after, limits))
}

/// What a task costs in a world; it ends, and what is done was merged.
fn cost(
    pipeline: &Pipeline,
    (merge, ci, staging): (MergeTime, &Ci, bool),
    (world, seed): (World, u64),
) -> (u64, TaskState) {
    let drive = Drive::new(pipeline, world)
        .in_project(|project| {
            project.staging = staging;
            project.merge = merge;
            project.ci = ci.clone();
        })
        .with_chance(seed)
        .driven_to_the_end();
    let done = drive.task.state == TaskState::Done;
    assert!(!done || drive.task.merged.is_some(), "done and not merged");
    (drive.runs, drive.task.state)
}

/// With staging and without, when all goes well and when anything may happen.
fn bounded(
    pipeline: &Pipeline,
    (merge, ci): (MergeTime, &Ci),
    (told, seed): (Runs, u64),
) -> Result<(), TestCaseError> {
    for staging in [true, false] {
        let setting = (merge, ci, staging);
        let (kind, state) = cost(pipeline, setting, (World::Kind, 1));
        prop_assert_eq!(state, TaskState::Done);
        prop_assert!(kind == told.least || !staging && kind < told.least);
        for turn in 0..6 {
            let (wild, _) = cost(pipeline, setting, (World::Wild, seed.wrapping_add(turn)));
            prop_assert!(wild <= told.most, "{wild} > {} {setting:?}", told.most);
        }
    }
    Ok(())
}

#[test]
fn no_task_of_a_made_up_pipeline_stalls_or_costs_more_than_is_told() {
    let mut runner = TestRunner::new(Config {
        cases: 60,
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..Config::default()
    });
    let none = Ci::None {
        command: "make test".to_owned(),
    };
    let outcome = runner.run(&(files(), any::<u64>()), |(file, seed)| {
        let Ok(pipeline) = parse(&file) else {
            return Err(TestCaseError::reject("the reader refuses it"));
        };
        for merge in [MergeTime::OnDeployEntry, MergeTime::AfterDeploy] {
            let told = runs(&pipeline, merge);
            let walked = Walk::of(&pipeline, merge).enter(0, Counters::default());
            prop_assert!(walked <= told.most, "{walked} > {} {merge:?}\n{file}", told.most);
            for setting in [&Ci::External, &none].map(|ci| (merge, ci)) {
                bounded(&pipeline, setting, (told, seed))?;
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
