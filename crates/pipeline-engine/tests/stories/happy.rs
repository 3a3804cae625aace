//! From an issue to a merged and deployed change, without a hitch.

use pipeline_core::observation::PullRequestState;
use pipeline_core::stage::Column;

use crate::world::World;

#[tokio::test]
async fn an_issue_is_merged_and_deployed() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.board.column(&issue), Column::InReview);
    assert_eq!(world.times_alerted("Set the issue to Approved"), 1);
    world.seconds(60).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.board.column(&issue), Column::Done);
    assert_eq!(
        world.runs(),
        [
            "analyst",
            "architect",
            "developer",
            "reviewer",
            "tester",
            "deployer",
            "deployer"
        ]
    );
    world.ends().await;
}

#[tokio::test]
async fn everything_is_said_once() {
    let mut world = World::new().await;
    let issue = world.approved().await;
    let said: Vec<String> = world
        .said(&issue)
        .iter()
        .map(|text| text.split("<br>").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        said,
        [
            "🔍 Analyst started. BRD, spec, acceptance criteria and test plan on the way (expect 8-15 min).",
            "🔍 Analyst — Prepared BRD / spec / acceptance criteria. To go on, set the status to Approved. To reject, write the reason as a comment and set Rejected.",
            "🔄 Stage: analysis → architecture (launching architect)",
            "📐 Architect — Finished the architecture. See the ADR below.",
            "🔄 Stage: architecture → development (launching developer)",
            "💻 Developer — Finished development. See PR / branch below.",
            "🔄 Stage: development → review (launching reviewer)",
            "🔎 Reviewer — Finished the review.",
            "🔄 Stage: review → testing (launching tester)",
            "🧪 Tester — Finished the test run.",
            "🔄 Stage: testing → deploy-staging (launching deployer)",
            "🚀 Deployer — Finished the staging deploy.",
            "🔄 Stage: deploy-staging → deploy (launching deployer)",
            "🚀 Deployer — Finished the production deploy.",
            "🔄 Stage: deploy → done",
            "✅ Task completed! PR merged and deployed.",
            "📊 Task total: 7.0k in / 1.4k out · $0.35",
        ]
    );
    world.ends().await;
}

#[tokio::test]
async fn code_and_documents_reach_the_default_branch_by_one_pull_request_each() {
    let mut world = World::new().await;
    let issue = world.approved().await;
    let merged: Vec<(String, bool)> = world
        .forge
        .pull_requests()
        .iter()
        .map(|pull| {
            (
                pull.title.clone(),
                matches!(pull.state, PullRequestState::Merged { .. }),
            )
        })
        .collect();
    let title = "ET-001: Add a greeting".to_owned();
    assert_eq!(merged, [(title.clone(), true), (title, true)]);
    let main = world.repo.default_branch().clone();
    for path in [
        "src/greet.rs",
        "docs/work-items/ET-001/00-business-request.md",
        "docs/work-items/ET-001/13-test-report.md",
        "docs/work-items/ET-001/14-deploy-log.md",
    ] {
        assert!(
            world.repo.file(&main, path).is_some(),
            "{path} is not on the default branch"
        );
    }
    assert!(world.workspace.checkouts().is_empty(), "checkouts are left");
    let message = world.chat.message(world.task(&issue).await.id).unwrap();
    assert!(message.text.contains("DONE"), "{}", message.text);
    world.ends().await;
}

#[tokio::test]
async fn the_issue_wanders_over_the_board() {
    let mut world = World::new().await;
    let issue = world.approved().await;
    let seen: Vec<Column> = world
        .board
        .look(&issue)
        .activities
        .iter()
        .filter_map(|activity| activity.to)
        .collect();
    assert_eq!(
        seen,
        [
            Column::InProgress,
            Column::InReview,
            Column::Approved,
            Column::InProgress,
            Column::Architecture,
            Column::Development,
            Column::Review,
            Column::Testing,
            Column::InProgress,
            Column::Done
        ]
    );
    world.ends().await;
}

#[tokio::test]
async fn a_project_without_staging_goes_straight_to_deploy() {
    let mut world = World::with(|project| project.staging = false).await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runs().iter().filter(|role| *role == "deployer").count(), 1);
    assert_eq!(world.times_said(&issue, "deploy-staging"), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_project_that_merges_after_deploy_has_one_pull_request() {
    let mut world =
        World::with(|project| project.merge = pipeline_core::project::MergeTime::AfterDeploy).await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.forge.pull_requests().len(), 1);
    world.ends().await;
}
