//! Staging and deploy fail: back to development, and a human says go.

use pipeline_core::observation::PullRequestState;
use pipeline_core::stage::Column;

use crate::world::World;

#[tokio::test]
async fn a_failed_staging_blocks_at_development_and_goes_on_with_a_new_pull_request() {
    let mut world = World::new().await;
    world.next_writes("deployer", |desk| desk.staging("FAILED"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.board.column(&issue), Column::Blocked);
    assert_eq!(
        world.times_said(&issue, "Staging gate FAILED (Staging status: FAILED"),
        1
    );
    assert_eq!(world.times_alerted("Staging FAILED"), 1);
    world.forge.push_to_default(&[("other.txt", "somebody's\n")]);
    world.seconds(5).await;
    world.next_writes("developer", |desk| {
        assert_eq!(
            desk.tree.read("other.txt"),
            Some("somebody's\n"),
            "from the default branch"
        );
        desk.code();
    });
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert!(world.brief("developer").contains("Staging status: FAILED"));
    let of_code = world
        .forge
        .pull_requests()
        .into_iter()
        .filter(|pull| pull.branch.as_str().starts_with("feature/"))
        .collect::<Vec<_>>();
    assert_eq!(of_code.len(), 2);
    assert!(
        of_code
            .iter()
            .all(|pull| matches!(pull.state, PullRequestState::Merged { .. }))
    );
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_failed_deploy_blocks_at_development() {
    let mut world = World::new().await;
    world.next_writes("deployer", |desk| desk.staging("SUCCESS"));
    world.next_writes("deployer", |desk| desk.deploy("FAILED"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(
        world.times_said(&issue, "Deploy FAILED (Deploy status: FAILED"),
        1
    );
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_failed_staging_of_a_squashed_change_goes_on_too() {
    let mut world =
        World::with(|project| project.merge_style = pipeline_core::effect::MergeStyle::Squash).await;
    world.next_writes("deployer", |desk| desk.staging("FAILED"));
    let issue = world.approved().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
