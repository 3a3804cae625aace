//! Gates that look at the branch head: CI and the local tests.

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::evidence::Evidence;
use pipeline_core::id::TreeSha;
use pipeline_core::project::Ci;
use pipeline_core::stage::GateName::{CheckCiGreen, CheckReviewApproved, CheckTestsLocal};
use pipeline_core::task::{LocalTests, TestsStand};

use crate::setting::{head, job, judged, project, sha, task, with_head};

fn status(context: &str, state: StatusState) -> CommitStatus {
    CommitStatus {
        context: context.to_owned(),
        state,
        description: String::new(),
        url: None,
        log_tail: None,
    }
}

#[test]
fn ci_is_judged_by_every_status_of_the_head() {
    use StatusState::{Error, Failure, Pending, Skipped, Success};
    for (statuses, red, expected) in [
        (vec![], vec![], "pending: CiSilent"),
        (vec![("a", Skipped)], vec![], "pending: CiSilent"),
        (vec![("a", Success), ("b", Skipped)], vec![], "pass: CI green"),
        (vec![("a", Success), ("b", Pending)], vec![], "pending: CiRuns"),
        (
            vec![("a", Failure), ("b", Pending)],
            vec![],
            "fail: CI state: failure [a]",
        ),
        (
            vec![("a", Failure), ("b", Error)],
            vec!["a"],
            "fail: CI state: failure [b]",
        ),
        (
            vec![("a", Failure), ("b", Success)],
            vec!["a"],
            "pending: DefaultRed([\"a\"])",
        ),
        (vec![("a", Failure), ("b", Pending)], vec!["a"], "pending: CiRuns"),
    ] {
        let mut seen = head();
        seen.statuses = statuses
            .iter()
            .map(|(context, state)| status(context, *state))
            .collect();
        seen.red_on_default = red.iter().map(ToString::to_string).collect();
        let said = judged(CheckCiGreen, &task(), &project(), &with_head(seen));
        assert_eq!(said, expected, "{statuses:?} {red:?}");
    }
}

#[test]
fn ci_is_green_by_the_code_that_it_saw_and_waits_for_our_own_command() {
    let mut seen = head();
    seen.statuses = vec![status("a", StatusState::Success)];
    let mut task = task();
    task.ci_job = Some(job(3));
    let said = judged(CheckCiGreen, &task, &project(), &with_head(seen.clone()));
    assert_eq!(said, "pending: CiRuns");
    seen.statuses.clear();
    task.ci_green.clone_from(&task.code_tree);
    let said = judged(CheckCiGreen, &task, &project(), &with_head(seen.clone()));
    assert_eq!(said, "pass: CI green");
    task.ci_green = Some(TreeSha::new("0".repeat(40)));
    task.ci_job = None;
    let said = judged(CheckCiGreen, &task, &project(), &with_head(seen));
    assert_eq!(said, "pending: CiSilent");
}

#[test]
fn red_ci_is_told_with_its_context_address_and_the_end_of_its_log() {
    let mut seen = head();
    let lint = status("lint", StatusState::Error);
    let log: Vec<String> = (1..=41).map(|line| format!("line {line}")).collect();
    let unit = CommitStatus {
        description: "2 failed".to_owned(),
        url: Some("https://ci.example.org/7".to_owned()),
        log_tail: Some(log.join("\n")),
        ..status("unit", StatusState::Failure)
    };
    seen.statuses = vec![lint, unit, status("docs", StatusState::Success)];
    let said = judged(CheckCiGreen, &task(), &project(), &with_head(seen));
    let tail = log.get(1..).unwrap().join("\n");
    let expected =
        format!("fail: CI state: failure [lint | unit: 2 failed (https://ci.example.org/7)\n{tail}]");
    assert_eq!(said, expected);
}

#[test]
fn a_branch_that_is_not_ours_decides_nothing() {
    for gate in [CheckCiGreen, CheckTestsLocal, CheckReviewApproved] {
        let unread = judged(gate, &task(), &project(), &Evidence::default());
        assert_eq!(unread, "unavailable: the branch was not read");
        let mut seen = head();
        seen.head = None;
        let gone = judged(gate, &task(), &project(), &with_head(seen.clone()));
        assert_eq!(gone, "pending: BranchMissing");
        seen.head = Some(sha('e'));
        let other = judged(gate, &task(), &project(), &with_head(seen));
        assert!(other.starts_with("pending: OtherHead"), "{other}");
    }
}

#[test]
fn without_ci_its_gate_does_not_apply() {
    let mut project = project();
    project.ci = Ci::None {
        command: "make test".to_owned(),
    };
    let said = judged(CheckCiGreen, &task(), &project, &Evidence::default());
    assert_eq!(said, "not applicable: CI gate N/A for example");
    assert_eq!(project.test_command(), Some("make test"));
}

#[test]
fn local_tests_hold_for_the_code_that_they_saw() {
    let ours = TreeSha::new("c".repeat(40));
    let failed = |log: &str| TestsStand::Failed {
        what: "exit code 2".to_owned(),
        log_tail: log.to_owned(),
    };
    for (tree, stand, expected) in [
        (&ours, TestsStand::Running(job(3)), "pending: LocalTests"),
        (&ours, TestsStand::Passed, "pass: Local tests passed"),
        (
            &TreeSha::new("0".repeat(40)),
            TestsStand::Passed,
            "pending: LocalTests",
        ),
        (&ours, failed(" \n"), "fail: Local tests failed: exit code 2"),
        (
            &ours,
            failed("compiling\nno name\n"),
            "fail: Local tests failed: exit code 2 [local tests: exit code 2\ncompiling\nno name]",
        ),
    ] {
        let mut task = task();
        task.local_tests = Some(LocalTests {
            code_tree: tree.clone(),
            stand,
        });
        let said = judged(CheckTestsLocal, &task, &project(), &with_head(head()));
        assert_eq!(said, expected);
    }
    let said = judged(CheckTestsLocal, &task(), &project(), &with_head(head()));
    assert_eq!(said, "pending: LocalTests");
}
