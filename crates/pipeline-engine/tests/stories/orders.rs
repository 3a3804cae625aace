//! Orders on tasks that are over, cancelled work, and what operators may do.

use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::stage::{Column, StageName};
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

fn refusal(answer: OrderAnswer) -> String {
    match answer {
        OrderAnswer::Refused(why) => why,
        OrderAnswer::Accepted(what) => panic!("accepted: {what}"),
    }
}

fn accepted(answer: &OrderAnswer) {
    assert!(matches!(answer, OrderAnswer::Accepted(_)), "{answer:?}");
}

#[tokio::test]
async fn nothing_revives_a_finished_task() {
    let mut world = World::new().await;
    let issue = world.approved().await;
    for (at, column) in [Column::InProgress, Column::Approved, Column::Rejected]
        .into_iter()
        .enumerate()
    {
        world.seconds(5).await;
        world.person_moves(&issue, column);
        world.runs_until_idle().await;
        assert_eq!(world.stands(&issue).await, "done/done");
        assert_eq!(
            world.times_said(&issue, "This task is already over (done)"),
            at + 1
        );
        assert_eq!(world.board.column(&issue), Column::Done);
    }
    assert_eq!(world.runs().len(), 7);
    world.ends().await;
}

#[tokio::test]
async fn a_cancelled_issue_calls_the_work_off() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let branch = world.branch(&issue).await;
    world.person_moves(&issue, Column::Cancelled);
    world.runs_until_idle().await;
    world.seconds(5).await;
    assert_eq!(world.stands(&issue).await, "analysis/cancelled");
    assert!(world.runner.running().is_empty(), "the run was stopped");
    assert!(
        world.workspace.checkouts().is_empty(),
        "the checkout was given back"
    );
    assert!(world.repo.head(&branch).is_some(), "the branch is kept");
    assert_eq!(world.board.column(&issue), Column::Cancelled);
    world.ends().await;
}

#[tokio::test]
async fn a_deleted_issue_calls_the_work_off() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.board.delete_issue(&issue);
    world.runs_until_idle().await;
    world.seconds(5).await;
    assert_eq!(world.stands(&issue).await, "analysis/cancelled");
    assert!(world.runner.running().is_empty());
    assert_eq!(world.times_alerted("did not accept"), 0);
    world.ends().await;
}

#[tokio::test]
async fn an_operator_cancels() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    accepted(&world.operator(&issue, OperatorOrderKind::Cancel).await);
    assert_eq!(world.stands(&issue).await, "analysis/cancelled");
    let why = refusal(world.operator(&issue, OperatorOrderKind::Restart).await);
    assert!(why.contains("the task is over (cancelled)"), "{why}");
    world.ends().await;
}

#[tokio::test]
async fn an_operator_approves_and_rejects() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    accepted(&world.operator(&issue, OperatorOrderKind::Reject).await);
    assert!(world.brief("analyst").contains("the operator says so"));
    accepted(&world.operator(&issue, OperatorOrderKind::Approve).await);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused_with_a_reason() {
    let mut world = World::new().await;
    world.next("reviewer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    for (what, expected) in [
        (
            OperatorOrderKind::Approve,
            "there is nothing to approve: the task is working",
        ),
        (
            OperatorOrderKind::Advance,
            "there is nothing to look at again: the task is working",
        ),
        (
            OperatorOrderKind::Restart,
            "only a blocked task is started again; this one is working",
        ),
        (
            OperatorOrderKind::ForceStage {
                stage: StageName::new("nowhere"),
            },
            "no stage 'nowhere' in which somebody works; known: analysis, architecture",
        ),
    ] {
        let why = refusal(world.operator(&issue, what).await);
        assert!(why.contains(expected), "{why}");
    }
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    world.ends().await;
}

#[tokio::test]
async fn an_operator_forces_a_stage() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let stage = StageName::new("development");
    accepted(
        &world
            .operator(&issue, OperatorOrderKind::ForceStage { stage })
            .await,
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(
        world.times_said(
            &issue,
            "olga moved the task to development. Reason: the operator says so"
        ),
        1
    );
    assert!(!world.runs().contains(&"architect".to_owned()));
    world.ends().await;
}

#[tokio::test]
async fn an_operator_forces_development_after_the_merge() {
    let mut world = World::new().await;
    world.next("deployer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "deploy-staging/working");
    let stage = StageName::new("development");
    accepted(
        &world
            .operator(&issue, OperatorOrderKind::ForceStage { stage })
            .await,
    );
    world.seconds(20).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 2, "new code is reviewed");
    let pulls = world.forge.pull_requests();
    let of_code = pulls
        .iter()
        .filter(|pull| pull.branch.as_str().starts_with("feature/"));
    assert_eq!(of_code.count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_operator_advances_and_requeues_and_restarts_a_blocked_task() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.next_writes("tester", |desk| desk.report("13-test-report.md", "result: 5", ""));
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    accepted(&world.operator(&issue, OperatorOrderKind::Advance).await);
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    assert_eq!(
        world.times_said(&issue, "QG failed at testing: check_tests_passed"),
        1
    );
    for _ in 0..3 {
        world.next_writes("tester", |desk| desk.report("13-test-report.md", "result: 6", ""));
    }
    let task = world.task(&issue).await;
    let job = world.jobs(&task).await.last().unwrap().id;
    accepted(&world.operator(&issue, OperatorOrderKind::Requeue { job }).await);
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    accepted(&world.operator(&issue, OperatorOrderKind::Restart).await);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn approved_on_a_blocked_task_makes_the_gates_look_again() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.next_writes("tester", |desk| desk.report("13-test-report.md", "result: 5", ""));
    }
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    world.seconds(5).await;
    let report = "---\nresult: PASS\n---\n";
    world
        .forge
        .push(&branch, &[("docs/work-items/ET-001/13-test-report.md", report)]);
    world.runs_until_idle().await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn approved_does_not_make_a_verdict_of_the_report_that_an_earlier_run_left() {
    let mut world = World::new().await;
    world.next_writes("tester", |desk| desk.tests("PASS", ""));
    world.next_writes("deployer", |desk| desk.staging("FAILED"));
    for _ in 0..2 {
        world.next("tester", |_| ScriptedEnd::agent_error("no idea"));
    }
    let issue = world.approved().await;
    accepted(&world.operator(&issue, OperatorOrderKind::Restart).await);
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    let branch = world.branch(&issue).await;
    let report = "docs/work-items/ET-001/13-test-report.md";
    assert!(world.repo.file(&branch, report).is_some());
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    let said = "13-test-report.md is not the word of a run that saw this code";
    assert_eq!(world.times_said(&issue, said), 1);
    world.ends().await;
}
