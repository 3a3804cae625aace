//! Every loop, driven with the limits of the built-in pipeline until it stops: at its limit, blocked, and with an alert.

use pipeline_core::pipeline::Limits;
use pipeline_core::project::Ci;
use pipeline_core::task::TaskState;

use crate::start::ours;
use crate::trail::Trail;

const TO_CI: [&str; 4] = ["branch started", "run finished", "pushed", "pull request opened"];
const GOOD: [&str; 2] = ["run finished, nothing written", "evidence: all is well"];

/// Turns a loop until the task is blocked; how often it turned before.
fn turns(mut trail: Trail, turn: &[&str]) -> u32 {
    for turns in 0..20 {
        for label in turn {
            trail = trail.then(&[label]);
            if matches!(trail.node.task.state, TaskState::Blocked { .. }) {
                assert!(trail.rang, "blocked in silence after {turns} turns of {turn:?}");
                return turns;
            }
        }
    }
    panic!("no end of {turn:?}");
}

fn at_review(trail: Trail) -> Trail {
    trail.then(&TO_CI).then(&["evidence: all is well"])
}

fn at_merge(trail: Trail) -> Trail {
    at_review(trail).then(&GOOD).then(&GOOD)
}

#[test]
fn every_loop_ends_at_its_limit_blocked_and_with_an_alert() {
    let limits = Limits::default();
    let by_forge = || Trail::with_limits(Ci::External, limits);
    let work = ["run finished, nothing written", "evidence: all is well"];
    let review = [
        &[
            "run finished, nothing written",
            "evidence: reports fail otherwise",
        ][..],
        &work,
    ]
    .concat();
    let tests = [
        &[
            "run finished, nothing written",
            "evidence: reports fail otherwise",
        ][..],
        &work,
        &work,
    ]
    .concat();
    let merge = [&["merge conflict in other files"][..], &work, &work, &work].concat();
    let loops: [(&str, Trail, &[&str], u32); 9] = [
        (
            "CI",
            by_forge().then(&TO_CI),
            &["evidence: CI red", "run finished, nothing written"],
            limits.bounces_per_cause,
        ),
        ("review", at_review(by_forge()), &review, limits.bounces_per_cause),
        (
            "tests",
            at_review(by_forge()).then(&work),
            &tests,
            limits.bounces_per_cause,
        ),
        (
            "conflicts",
            at_merge(by_forge()),
            &merge,
            limits.bounces_per_cause,
        ),
        (
            "base merges",
            at_merge(by_forge()),
            &["default branch merged into ours", "evidence: all is well"],
            limits.base_merges,
        ),
        (
            "repairs",
            at_review(by_forge()),
            &["run finished, nothing written", "evidence: reports unreadable"],
            limits.repairs,
        ),
        (
            "strays",
            by_forge().then(&["branch started"]),
            &["run wrote outside its files"],
            limits.repairs,
        ),
        (
            "attempts",
            by_forge().then(&["branch started"]),
            &["run failed: agent"],
            limits.attempts - 1,
        ),
        (
            "lost branches",
            by_forge().then(&TO_CI),
            &["evidence: branch gone", "pushed"],
            1,
        ),
    ];
    for (name, trail, turn, limit) in loops {
        assert_eq!(turns(trail, turn), limit, "{name}");
    }
}

#[test]
fn what_never_answers_blocks_after_a_day_with_an_alert() {
    let ci = || Trail::with_limits(ours(), Limits::default()).then(&TO_CI);
    for (trail, turn) in [
        (ci(), ["evidence unavailable", "evidence unavailable, for days"]),
        (
            Trail::with_limits(ours(), Limits::default()).then(&["branch started"]),
            ["run failed: transient", "run failed: transient, for days"],
        ),
    ] {
        assert_eq!(turns(trail, &turn), 0, "{turn:?}");
    }
    let given_up = ci().then(&[
        "evidence: CI runs",
        "CI could not run",
        "CI could not run, for days",
    ]);
    assert_eq!(
        (given_up.place(), given_up.rang),
        ("development blocked".to_owned(), true)
    );
}
