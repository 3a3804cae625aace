//! Reviews, CI and tests send the work back with their reasons; every loop has a limit.

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

fn finding(world: &World, text: &'static str) {
    world.next_writes("reviewer", move |desk| {
        desk.review(
            "REQUEST_CHANGES",
            &format!("### P1 — Major\n\n- [ ] {text}\n\n### P2\n\n- none\n"),
        );
    });
}

#[tokio::test]
async fn a_review_that_asks_for_changes_brings_its_findings_to_the_developer() {
    let mut world = World::new().await;
    finding(&world, "the greeting lacks a name");
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let brief = world.brief("developer");
    assert!(brief.contains("Review verdict: REQUEST_CHANGES"), "{brief}");
    assert!(brief.contains("the greeting lacks a name"), "{brief}");
    assert_eq!(
        world.times_said(&issue, "Review: 1 findings. Developer restarted (attempt 1/3)."),
        1
    );
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_second_bounce_tells_what_already_failed() {
    let mut world = World::new().await;
    finding(&world, "the greeting lacks a name");
    finding(&world, "the greeting shouts");
    let issue = world.approved().await;
    let brief = world.brief("developer");
    let (newest, history) = brief.split_once("What already failed").expect("a history");
    assert!(newest.contains("the greeting shouts"), "{brief}");
    assert!(history.contains("the greeting lacks a name"), "{brief}");
    assert_eq!(world.times_said(&issue, "(attempt 2/3)"), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_fourth_bounce_of_one_cause_blocks_the_task() {
    let mut world = World::new().await;
    for text in ["one", "two", "three", "four"] {
        finding(&world, text);
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.board.column(&issue), Column::Blocked);
    let line = "Max developer retries (3) reached after review, escalating";
    assert_eq!(world.times_said(&issue, line), 1);
    assert_eq!(world.runner.briefs("developer").len(), 4);
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert!(
        world.brief("developer").contains("four"),
        "the newest findings travel"
    );
    world.ends().await;
}

#[tokio::test]
async fn the_same_findings_twice_in_a_row_escalate_early() {
    let mut world = World::new().await;
    finding(&world, "the greeting lacks a name");
    finding(&world, "The  greeting lacks a NAME");
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(
        world.times_alerted("Same findings twice in a row after review"),
        1
    );
    assert_eq!(world.runner.briefs("developer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn six_bounces_in_all_are_enough() {
    let mut world = World::new().await;
    for text in ["a", "b", "c"] {
        finding(&world, text);
    }
    for text in ["d", "e", "f", "g"] {
        world.next_writes("tester", move |desk| {
            desk.tests(
                "FAILED",
                &format!("| case | result |\n|---|---|\n| {text} | FAIL |\n"),
            );
        });
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.runner.briefs("developer").len(), 7);
    world.ends().await;
}

#[tokio::test]
async fn red_ci_of_ours_brings_the_end_of_its_log() {
    let mut world = World::new().await;
    let mut red = true;
    world.runner.on_command(move |_, _| {
        if std::mem::take(&mut red) {
            ScriptedEnd::exited(1, "compiling\nerror: expected a name\n")
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let brief = world.brief("developer");
    assert!(brief.contains("CI state: failure"), "{brief}");
    assert!(brief.contains("error: expected a name"), "{brief}");
    assert_eq!(
        world.times_said(&issue, "CI failed, fix and re-push (attempt 1/3): ci/test"),
        1
    );
    world.ends().await;
}

#[tokio::test]
async fn red_ci_of_the_forge_brings_the_end_of_its_log() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world
        .ci(
            &issue,
            StatusState::Failure,
            Some("12 passed\n1 failed: greets by name\n"),
        )
        .await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    assert!(world.brief("developer").contains("1 failed: greets by name"));
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn failed_tests_bring_the_failing_cases() {
    let mut world = World::new().await;
    world.next_writes("tester", |desk| {
        desk.tests("PASS", "");
        desk.report(
            "13-test-report.md",
            "result: PASS\nverdict: BLOCKED",
            "| greets by name | FAIL |\n",
        );
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert!(
        world.brief("developer").contains("Test verdict:"),
        "{}",
        world.brief("developer")
    );
    assert_eq!(
        world.times_said(&issue, "❌ Tests failed: Test verdict: BLOCKED"),
        1
    );
    assert_eq!(
        world.runner.briefs("reviewer").len(),
        2,
        "changed code is reviewed again"
    );
    world.ends().await;
}

#[tokio::test]
async fn the_end_of_the_log_reaches_the_developer_after_a_restart_too() {
    let mut world = World::new().await;
    let mut reds = 2;
    world.runner.on_command(move |_, _| {
        reds -= 1;
        if reds >= 0 {
            ScriptedEnd::exited(1, "compiling\nerror: expected a name\n")
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert!(
        world.brief("developer").contains("error: expected a name"),
        "{}",
        world.brief("developer")
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
