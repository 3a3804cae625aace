//! A pipeline that gates on reviews of the pull request in the forge.

use pipeline_core::id::IssueId;
use pipeline_core::observation::ReviewState;
use pipeline_core::stage::{Column, GateName, StageName};

use crate::world::World;

async fn reviewed() -> World {
    let world = World::new().await;
    world
        .with_pipeline(|pipeline| {
            let review = StageName::new("review");
            for stage in &mut pipeline.stages {
                if stage.name == review {
                    stage.gates.push(GateName::CheckReviewApproved);
                }
            }
        })
        .await
}

async fn says(world: &mut World, issue: &IssueId, state: ReviewState, text: &str) {
    let number = world.task(issue).await.pull_request.expect("it is open");
    world.forge.review(number, "ben", state, text);
    world.runs_until_idle().await;
}

#[tokio::test]
async fn an_approval_in_the_forge_lets_the_task_go_on() {
    let mut world = reviewed().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "review/waiting-human");
    assert_eq!(world.board.column(&issue), Column::InReview);
    assert_eq!(
        world.times_alerted("pull request #1 waits for a review in the forge"),
        1
    );
    says(&mut world, &issue, ReviewState::Commented, "let me see").await;
    assert_eq!(world.stands(&issue).await, "review/waiting-human");
    says(&mut world, &issue, ReviewState::Approved, "").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn changes_requested_in_the_forge_go_to_the_developer() {
    let mut world = reviewed().await;
    let issue = world.approved().await;
    says(
        &mut world,
        &issue,
        ReviewState::ChangesRequested,
        "greet politely",
    )
    .await;
    assert_eq!(world.stands(&issue).await, "review/waiting-human");
    let brief = world.brief("developer");
    assert!(
        brief.contains("Pull-request review: changes requested by ben"),
        "{brief}"
    );
    assert!(brief.contains("ben: greet politely"), "{brief}");
    says(&mut world, &issue, ReviewState::Approved, "").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn the_board_cannot_give_the_forges_approval() {
    let mut world = reviewed().await;
    let issue = world.approved().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "review/waiting-human");
    assert_eq!(world.times_alerted("waits for a review in the forge"), 1);
    says(&mut world, &issue, ReviewState::Approved, "").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn code_that_changed_after_the_approval_needs_another() {
    let mut world = reviewed().await;
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("tester", move |desk| {
        forge.push(&branch, &[("src/more.rs", "fn more() {}\n")]);
        desk.tests("PASS", "");
    });
    says(&mut world, &issue, ReviewState::Approved, "").await;
    world.seconds(20).await;
    assert_eq!(world.stands(&issue).await, "review/waiting-human");
    says(&mut world, &issue, ReviewState::Approved, "").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_forge_that_wants_approvals_before_a_merge_gets_them_from_people() {
    let mut world = World::new().await;
    world.next_writes("tester", {
        let forge = std::sync::Arc::clone(&world.forge);
        move |desk| {
            forge.require_approvals(2);
            desk.tests("PASS", "");
        }
    });
    world.next_writes("deployer", {
        let forge = std::sync::Arc::clone(&world.forge);
        move |desk| {
            forge.require_approvals(0);
            desk.staging("SUCCESS");
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/waiting-human");
    assert_eq!(world.board.column(&issue), Column::InReview);
    let asked = "pull request #1 needs 2 more approvals in the forge";
    assert_eq!(world.times_alerted(asked), 1);
    says(&mut world, &issue, ReviewState::Approved, "").await;
    world.seconds(300).await;
    assert_eq!(world.stands(&issue).await, "testing/waiting-human");
    world.forge.review(1, "eve", ReviewState::Approved, "");
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_alerted("in the forge"), 1);
    world.ends().await;
}

#[tokio::test]
async fn approved_on_the_board_makes_the_merge_look_at_the_forge_again() {
    let mut world = World::new().await;
    world.forge.require_approvals(1);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/waiting-human");
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "testing/waiting-human");
    assert_eq!(world.times_alerted("needs 1 more approval in the forge"), 2);
    says(&mut world, &issue, ReviewState::Approved, "").await;
    assert_eq!(world.stands(&issue).await, "deploy/blocked");
    assert_eq!(
        world.times_alerted("pull request #2 needs 1 more approval in the forge"),
        1,
        "the documents need one too"
    );
    world.forge.review(2, "ben", ReviewState::Approved, "");
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
