//! Rejected after analysis: one stage back, with the reason.

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn a_rejection_at_review_rolls_back_to_the_developer() {
    let mut world = World::new().await;
    world.next("reviewer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "review/working");
    world.seconds(5).await;
    world.person_comments(&issue, "Wrong file.");
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(
        world.times_said(&issue, "Rolled back: review → development. Reason: Wrong file."),
        1
    );
    assert_eq!(
        world.runner.briefs("developer").len(),
        1,
        "the reviewer still holds the checkout"
    );
    world.seconds(20).await;
    assert!(world.brief("developer").contains("Wrong file."));
    assert_eq!(world.stands(&issue).await, "done/done");
    assert!(
        world.runner.running().is_empty(),
        "the reviewer's run was called off"
    );
    world.ends().await;
}

#[tokio::test]
async fn a_rejection_while_ci_runs_calls_ci_off() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.seconds(5).await;
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(
        world.times_said(&issue, "Rolled back: development → architecture"),
        1
    );
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_rejection_while_merging_waits_for_the_outcome() {
    let mut world = World::new().await;
    world.forge.faults.fail_next("merge", 2, &Fault::Before);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/merging");
    world.person_comments(&issue, "Too early.");
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "testing/merging");
    world.seconds(60).await;
    assert_eq!(
        world.times_said(&issue, "Rolled back: testing → review. Reason: Too early."),
        1
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    let titles = world.forge.pull_requests().len();
    assert_eq!(
        titles, 3,
        "a new pull request for the code and one for the deploy log"
    );
    world.ends().await;
}

#[tokio::test]
async fn a_rejection_while_merging_counts_when_the_default_branch_had_moved() {
    let mut world = World::new().await;
    world.forge.faults.fail_next("merge", 1, &Fault::Before);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/merging");
    world.forge.push_to_default(&[("other.txt", "somebody's\n")]);
    world.person_moves(&issue, Column::Rejected);
    world.seconds(60).await;
    assert_eq!(world.times_said(&issue, "Rolled back: testing → review"), 1);
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    world.ends().await;
}
