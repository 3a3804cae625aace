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

#[tokio::test]
async fn a_log_that_came_to_the_default_branch_during_the_run_counts() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("deployer", move |desk| {
        let path = desk.path("15-staging-log.md");
        forge.push_to_default(&[(path.as_str(), "---\nstaging_status: SUCCESS\n---\n")]);
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_said(&issue, "Staging log not found"), 0);
    assert_eq!(world.times_said(&issue, "staging deploy.<br>Status: SUCCESS"), 1);
    assert_eq!(world.times_said(&issue, "<li>Staging log</li>"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_log_that_stood_on_the_default_branch_before_does_not_count() {
    let mut world = World::new().await;
    let log = "---\nstaging_status: SUCCESS\n---\n";
    world
        .forge
        .push_to_default(&[("docs/work-items/ET-001/15-staging-log.md", log)]);
    world.next_writes("deployer", |desk| {
        let path = desk.path("15-staging-log.md");
        assert_eq!(desk.tree.read(&path), None, "removed before the run");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "deploy-staging/blocked");
    assert_eq!(
        world.times_alerted("Staging log not found (15-staging-log.md)"),
        1
    );
    world.ends().await;
}
