//! An approval counts only from the right person, after the question, for what was shown.

use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::clock::Clock;
use pipeline_core::stage::Column;

use crate::world::World;

#[tokio::test]
async fn only_approvers_decide() {
    let mut world = World::with(|project| project.approvers = vec!["bob".to_owned()]).await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    for column in [Column::Approved, Column::Rejected] {
        world.person_moves(&issue, column);
        world.runs_until_idle().await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
        assert_eq!(world.board.column(&issue), Column::InReview);
    }
    assert_eq!(world.times_said(&issue, "ann is not an approver"), 2);
    world.board.person_moves(&issue, Column::Approved, "bob");
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn an_approval_older_than_the_question_does_not_count() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let before = world.clock.now();
    world.seconds(5).await;
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    world.seconds(30).await;
    let answer = world
        .operator_at(&issue, OperatorOrderKind::Approve, before)
        .await;
    assert!(matches!(answer, OrderAnswer::Accepted(_)), "{answer:?}");
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.times_said(&issue, "Approved not accepted"), 1);
    world.ends().await;
}

#[tokio::test]
async fn approved_while_somebody_works_approves_nothing() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/working");
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(
        world.times_said(&issue, "analysis is still running, there is nothing to approve"),
        1
    );
    assert_eq!(world.board.column(&issue), Column::InProgress);
    world.runner.hold(false);
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn documents_that_somebody_changed_after_the_question_are_asked_about_again() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    let branch = world.branch(&issue).await;
    world
        .forge
        .push(&branch, &[("docs/work-items/ET-001/01-brd.md", "# Another\n")]);
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.times_alerted("Set the issue to Approved"), 2);
    assert_eq!(
        world.times_said(&issue, "the documents changed after the request"),
        1
    );
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

/// The slow look and the feed both see it before either has handled it.
#[tokio::test]
async fn an_approval_that_two_looks_see_counts_once() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    let held = world.store.faults.hold_next("mark");
    let engine = world.engine();
    let looking = tokio::spawn(async move { engine.sweep().await });
    held.is_answered().await;
    while world.stands(&issue).await == "analysis/waiting-human" {
        world.one_round().await;
    }
    held.arrives();
    looking.await.unwrap().unwrap();
    world.runs_until_idle().await;
    assert_eq!(world.times_said(&issue, "there is nothing to approve"), 0);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
