//! CI is slow, silent, or red on the default branch too.

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn slow_ci_alerts_once_and_costs_no_run() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Pending, None).await;
    world.seconds(110).await;
    assert_eq!(world.times_alerted("CI still pending after"), 0);
    world.seconds(600).await;
    assert_eq!(world.times_alerted("CI still pending after 120s"), 1);
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn ci_that_never_ends_blocks_after_half_an_hour() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Pending, None).await;
    world.seconds(1_700).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.seconds(200).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.ci(&issue, StatusState::Success, None).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(
        world.runner.briefs("developer").len(),
        1,
        "the gates looked again, nobody worked again"
    );
    world.ends().await;
}

#[tokio::test]
async fn ci_that_never_appears_blocks_after_five_minutes() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.seconds(290).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("check that CI is set up"), 1);
    world.ends().await;
}

#[tokio::test]
async fn what_is_red_on_the_default_branch_is_not_the_tasks_fault() {
    let mut world = World::with_external_ci().await;
    let main = world.repo.default_branch().clone();
    world.forge.set_branch_ci(&main, "ci/build", StatusState::Failure);
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Failure, None).await;
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    assert_eq!(world.times_alerted("default branch is red: ci/build"), 1);
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.forge.set_branch_ci(&main, "ci/build", StatusState::Success);
    world.ci(&issue, StatusState::Success, None).await;
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_default_branch_that_stays_red_blocks() {
    let mut world = World::with_external_ci().await;
    let main = world.repo.default_branch().clone();
    world.forge.set_branch_ci(&main, "ci/build", StatusState::Failure);
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Failure, None).await;
    world.seconds(1_900).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.ends().await;
}

#[tokio::test]
async fn statuses_of_another_commit_do_not_count() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Failure, None).await;
    assert_eq!(world.runner.briefs("developer").len(), 2);
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_command_that_ran_on_an_older_head_says_nothing_about_the_new_one() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let mut first = true;
    world.runner.on_command(move |_, _| {
        if std::mem::take(&mut first) {
            ScriptedEnd::hangs()
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    world.seconds(1).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.next("architect", |_| ScriptedEnd::hangs());
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "architecture/working");
    world.seconds(5).await;
    let running = world.runner.running();
    assert_eq!(
        running.len(),
        1,
        "the command was called off, the architect works"
    );
    world.runner.finish(&running[0]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
