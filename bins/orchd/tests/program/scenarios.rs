//! The demo as a user runs it: every scenario ends as it promises.

use crate::agreement::all_runs_agree;
use crate::demo_run::{Ended, demo, json};

fn check(scenario: &str, state: &str, exit: i32, runs: &[(&str, u64)]) {
    let home = tempfile::tempdir().unwrap();
    let Ended { code, stdout, stderr } = demo(home.path(), &["--scenario", scenario, "--json"]);
    assert_eq!(code, Some(exit), "{scenario}: {stderr}");
    let report = json(&stdout);
    assert_eq!(report["state"], state, "{scenario}: {report:#}");
    assert_eq!(report["merged"], exit == 0, "{scenario}: {report:#}");
    let begun: Vec<(&str, u64)> = report["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| (stage["stage"].as_str().unwrap(), stage["runs"].as_u64().unwrap()))
        .collect();
    assert_eq!(begun, runs, "{scenario}");
    let agents: u64 = runs.iter().map(|(_, count)| count).sum();
    let found = all_runs_agree(home.path());
    assert!(
        found as u64 >= agents,
        "{scenario}: {found} runs are left of {agents}"
    );
}

#[test]
fn happy_is_done_with_one_run_a_stage() {
    check(
        "happy",
        "done",
        0,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 1),
            ("review", 1),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn a_review_that_asks_for_changes_is_answered() {
    check(
        "bounce",
        "done",
        0,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 2),
            ("review", 2),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn questions_are_answered_and_the_analyst_goes_on() {
    check(
        "questions",
        "done",
        0,
        &[
            ("analysis", 2),
            ("architecture", 1),
            ("development", 1),
            ("review", 1),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn a_broken_report_is_repaired_by_the_same_role() {
    check(
        "broken-report",
        "done",
        0,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 1),
            ("review", 2),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn a_crashed_agent_gets_a_second_attempt() {
    check(
        "agent-crash",
        "done",
        0,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 2),
            ("review", 1),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn red_ci_is_mended_before_the_review() {
    check(
        "ci-red",
        "done",
        0,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 2),
            ("review", 1),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn an_objection_sends_the_task_back_to_analysis() {
    check(
        "conflict",
        "done",
        0,
        &[
            ("analysis", 2),
            ("architecture", 2),
            ("development", 1),
            ("review", 1),
            ("testing", 1),
            ("deploy-staging", 1),
            ("deploy", 1),
        ],
    );
}

#[test]
fn a_loop_that_does_not_end_asks_a_human() {
    check(
        "exhausted",
        "blocked",
        3,
        &[
            ("analysis", 1),
            ("architecture", 1),
            ("development", 4),
            ("review", 4),
        ],
    );
}

#[test]
fn a_failed_deploy_asks_a_human() {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--scenario", "deploy-failed", "--json"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let report = json(&ended.stdout);
    assert_eq!(report["state"], "blocked");
    let alerts = report["messages"].as_array().unwrap();
    let rang = alerts
        .iter()
        .filter(|text| text.as_str().unwrap().contains("Deploy FAILED"))
        .count();
    assert_eq!(rang, 1, "{alerts:#?}");
}
