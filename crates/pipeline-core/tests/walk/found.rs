//! What the walk found once, as the shortest way there. Each of these failed before the rules were mended.

use pipeline_core::effect::Push;
use pipeline_core::event::Event;
use pipeline_core::evidence::Evidence;
use pipeline_core::id::CommitSha;
use pipeline_core::project::{Ci, MergeTime};
use pipeline_core::task::{Resume, TaskState, Wait};

use crate::outside::{self, Seen};
use crate::trail::Trail;

const TO_CI: [&str; 4] = ["branch started", "run finished", "pushed", "pull request opened"];

fn with_our_ci() -> Trail {
    Trail::with_ci(Ci::Command("make test".to_owned()))
}

/// Reviewed, tested and proven; the merge is under way.
fn merging() -> Trail {
    through_testing(Trail::with_ci(Ci::External))
}

fn through_testing(trail: Trail) -> Trail {
    let well = "evidence: all is well";
    let nothing = "run finished, nothing written";
    trail.then(&TO_CI).then(&[well, nothing, well, nothing, well])
}

#[test]
fn a_status_of_a_head_that_is_being_replaced_holds_nothing() {
    let trail = with_our_ci().then(&TO_CI).then(&[
        "evidence: CI runs",
        "CI failed",
        "timer: look at CI",
        "evidence: CI red",
    ]);
    assert_eq!(trail.place(), "development working");
    assert_eq!(trail.held_by(), Vec::<&str>::new());
}

#[test]
fn only_the_newest_status_of_our_ci_holds_the_task() {
    let round = [
        "evidence: CI runs",
        "CI passed",
        "timer: look at CI",
        "evidence: foreign head on top",
    ];
    let trail = with_our_ci().then(&TO_CI).then(&round).then(&round);
    assert_eq!(trail.held_by(), ["report_status"]);
}

#[test]
fn what_was_to_be_pushed_does_not_hold_the_run_that_came_after_it() {
    let trail = Trail::with_ci(Ci::External).then(&[
        "branch started",
        "run finished",
        "push refused, foreign head on top",
    ]);
    assert_eq!(trail.place(), "development working");
    assert_eq!(trail.held_by(), Vec::<&str>::new());
}

#[test]
fn what_is_green_while_our_own_ci_runs_is_not_its_verdict() {
    let trail = with_our_ci().then(&TO_CI).then(&["evidence: all is well"]);
    assert_eq!(trail.place(), "development waiting-ci");
}

#[test]
fn our_ci_of_a_head_that_was_replaced_is_called_off() {
    let blocked = with_our_ci()
        .then(&TO_CI)
        .then(&["evidence unavailable, for days"]);
    assert_eq!(blocked.place(), "development blocked");
    let trail = blocked.then(&["foreign head on top of ours"]);
    assert_eq!((trail.node.task.ci_job, trail.node.jobs.len()), (None, 0));
}

#[test]
fn rounds_with_a_default_branch_that_moves_are_counted_up_to_the_limit_only() {
    let again = [
        "default branch merged into ours",
        "board: Approved",
        "evidence: all is well",
    ];
    let trail = merging().then(&again).then(&again);
    assert_eq!(trail.node.task.counters.base_merges, 0);
    assert_eq!(trail.place(), "testing merging");
}

#[test]
fn gates_do_not_look_at_a_result_that_is_not_on_the_branch() {
    let trail = Trail::with_ci(Ci::External).then(&[
        "branch started",
        "run changed protected files",
        "orchctl advance",
    ]);
    assert_eq!(trail.place(), "development waiting-human");
    assert!(trail.note.contains("no result to judge"), "{}", trail.note);
}

#[test]
fn a_closed_pull_request_does_not_change_what_a_restart_does() {
    let resumed = |trail: &Trail| {
        let TaskState::Blocked { resume, .. } = &trail.node.task.state else {
            panic!("{} is not blocked", trail.place());
        };
        resume.clone()
    };
    let reviewed = Trail::with_ci(Ci::External)
        .then(&TO_CI)
        .then(&["evidence: all is well", "pull request closed"]);
    assert_eq!(resumed(&reviewed), Resume::Role);
    let blocked = merging().then(&["merge conflict", "run failed: agent", "pull request closed"]);
    assert_eq!(resumed(&blocked), Resume::Role);
}

#[test]
fn the_outcome_of_a_merge_is_taken_wherever_it_comes() {
    let mut trail = merging();
    trail.node.task.state = TaskState::Waiting(Wait::Answers);
    let trail = trail.then(&["merged"]);
    assert!(
        trail.note.contains("nothing is being merged any more"),
        "{}",
        trail.note
    );
}

#[test]
fn the_status_of_our_ci_does_not_hold_the_merge() {
    let well = "evidence: all is well";
    let nothing = "run finished, nothing written";
    let trail = with_our_ci()
        .then(&TO_CI)
        .then(&["CI passed", well, nothing, well, nothing, well])
        .then(&["default branch merged into ours", "board: In Progress", well])
        .then(&["CI passed", "timer: look at CI", well]);
    assert_eq!(trail.place(), "testing merging");
    assert_eq!(trail.held_by(), ["merge"]);
}

#[test]
fn a_merge_of_another_head_does_not_hide_what_else_was_seen() {
    let trail = Trail::with_ci(Ci::External)
        .then(&TO_CI)
        .then(&["evidence: CI runs"])
        .then(&["pull request merged at another head, CI green"]);
    assert_eq!(trail.place(), "development gathering");
}

#[test]
fn what_ci_says_while_evidence_is_gathered_is_looked_at_and_not_waited_for() {
    let ways = [
        (Ci::External, &["branch read, CI green", "evidence: CI runs"][..]),
        (Ci::External, &["branch read, CI red", "evidence: no CI yet"]),
        (
            Ci::External,
            &[
                "evidence: CI runs",
                "timer: look at CI",
                "branch read, CI green",
                "evidence: CI runs",
            ],
        ),
        (
            Ci::Command("make test".to_owned()),
            &["CI passed", "status reported", "evidence: CI runs"],
        ),
        (
            Ci::Command("make test".to_owned()),
            &["CI passed", "evidence: CI runs", "status reported"],
        ),
    ];
    for (ci, way) in ways {
        let trail = Trail::with_ci(ci).then(&TO_CI).then(way);
        assert_eq!(trail.place(), "development gathering", "{way:?}");
        // Once is enough: what is gathered now is newer.
        let again = trail.then(&["evidence: CI runs"]);
        assert_eq!(again.place(), "development waiting-ci", "{way:?}");
    }
}

#[test]
fn a_command_that_can_never_run_is_nobodys_fault() {
    let ways = [
        &["evidence: CI runs", "CI cannot run"][..],
        &["evidence: CI runs", "CI could not run, for days"],
        &["CI cannot run"],
    ];
    for way in ways {
        let trail = with_our_ci().then(&TO_CI).then(way);
        assert_eq!(
            (trail.place(), trail.rang),
            ("development blocked".to_owned(), true)
        );
        assert_eq!(trail.held_by(), Vec::<&str>::new());
        let again = trail.then(&["orchctl restart"]);
        assert!(again.node.task.ci_job.is_some(), "{way:?}: it is queued again");
    }
}

#[test]
fn a_log_of_an_earlier_version_still_says_that_such_a_command_was_red() {
    let trail = with_our_ci().then(&TO_CI).then(&["evidence: CI runs"]);
    let logged = r#"{"event":"command_finished","job":JOB,"fence":1,
        "outcome":{"failed":{"class":"permanent","message":"no sh","retry_after":null}}}"#;
    let job = serde_json::to_string(&trail.node.task.ci_job.unwrap()).unwrap();
    let event = serde_json::from_str(&logged.replace("JOB", &job)).unwrap();
    let after = trail.decides(&event);
    assert_eq!(after.state, TaskState::Waiting(Wait::Ci));
    assert!(after.ci_report.is_some() && !after.ci_not_run);
}

#[test]
fn a_head_of_ours_that_never_arrived_is_pushed_again_and_not_asked_about() {
    let mut trail = with_our_ci().then(&TO_CI);
    let task = &mut trail.node.task;
    let before = CommitSha::new("before");
    task.unpushed = Some(Push {
        branch: task.branch.clone(),
        commit: task.head.clone().unwrap(),
        expected: Some(before.clone()),
    });
    let mut head = outside::head(task, Seen::Foreign);
    head.head = Some(before);
    let gathered = Event::EvidenceGathered {
        job: task.current_job().unwrap(),
        fence: 1,
        evidence: Evidence {
            head: Some(head),
            ..Evidence::default()
        },
    };
    let after = trail.decides(&gathered);
    assert_eq!(after.state.name(), "publishing");
    assert_eq!((after.open_effects.len(), after.unpushed), (1, None));
}

#[test]
fn a_review_of_other_code_is_no_review_of_this_one() {
    let trail = Trail::with_ci(Ci::External).then(&TO_CI).then(&[
        "evidence: all is well",
        "run finished, nothing written",
        "foreign head on top of ours",
        "evidence: all is well",
    ]);
    assert_eq!(trail.place(), "review working");
    assert_eq!(trail.node.task.reviewed, None);
}

#[test]
fn a_test_report_of_an_earlier_round_does_not_stand_in_for_a_run_that_failed() {
    let blocked = merging().then(&[
        "merge conflict",
        "run finished",
        "pushed",
        "evidence: all is well",
        "run finished, nothing written",
        "evidence: all is well",
        "run failed: agent",
    ]);
    assert_eq!(blocked.place(), "testing blocked");
    let trail = blocked.then(&["board: Approved", "evidence: all is well"]);
    assert_eq!(trail.place(), "testing blocked");
    assert!(
        trail.note.contains("13-test-report.md is not the word of a run"),
        "{}",
        trail.note
    );
}

#[test]
fn a_run_that_a_foreign_head_called_off_is_done_again_whatever_people_say_of_that_head() {
    let asked = || Trail::with_ci(Ci::External).then(&["branch started", "foreign head beside ours"]);
    let again = |trail: &Trail| (trail.place(), trail.note.contains("is queued"));
    let adopted = asked().then(&["board: Approved"]);
    assert_eq!(again(&adopted), ("development working".to_owned(), true));
    let ours = Trail::with_ci(Ci::External).then(&TO_CI).then(&[
        "evidence: CI red",
        "foreign head beside ours",
        "board: Rejected",
        "pushed",
    ]);
    assert_eq!(again(&ours), ("development working".to_owned(), true));
}

#[test]
fn a_deployer_whose_run_a_foreign_head_called_off_waits_for_a_human() {
    let mut trail = Trail::with_ci(Ci::External);
    trail.project.merge = MergeTime::AfterDeploy;
    let deploying = through_testing(trail);
    assert_eq!(deploying.place(), "deploy working");
    let trail = deploying.then(&["foreign head on top of ours"]);
    assert_eq!(trail.place(), "deploy blocked");
}
