//! CI is slow, silent, or red on the default branch too.

use std::sync::Arc;

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
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

/// The developer's work is in, and our CI command cannot be run for this reason.
fn without_a_machine(world: &World, method: &'static str) {
    let (runner, workspace) = (Arc::clone(&world.runner), Arc::clone(&world.workspace));
    world.next_writes("developer", move |desk| {
        desk.code();
        let never = Fault::Refused("no space is left".to_owned());
        for faults in [&runner.faults, &workspace.faults] {
            faults.fail_next(method, 1, &never);
        }
    });
}

#[tokio::test]
async fn a_command_that_can_never_run_is_no_red_ci() {
    for method in ["start", "checkout"] {
        let mut world = World::new().await;
        without_a_machine(&world, method);
        let issue = world.approved().await;
        assert_eq!(world.stands(&issue).await, "development/blocked", "{method}");
        assert_eq!(world.times_alerted("CI could not run: "), 1, "{method}");
        assert_eq!(world.times_alerted("no space is left"), 1, "{method}");
        let head = world.head(&issue).await;
        let states = world.forge.statuses(&head).into_iter().map(|status| status.state);
        assert_eq!(states.collect::<Vec<_>>(), [StatusState::Pending], "{method}");
        world.seconds(4_000).await;
        assert_eq!(world.stands(&issue).await, "development/blocked", "{method}");
        world.restarts(&issue).await;
        assert_eq!(world.stands(&issue).await, "done/done", "{method}");
        assert_eq!(
            world.runner.briefs("developer").len(),
            1,
            "{method}: nobody worked again"
        );
        assert!(world.task(&issue).await.bounces.is_empty(), "{method}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_command_that_could_not_run_for_a_day_is_no_red_ci() {
    let mut world = World::new().await;
    world
        .runner
        .on_command(|_, _| ScriptedEnd::transient("the machine is busy", None));
    let issue = world.approved().await;
    world.seconds(25 * 3_600).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("the machine is busy (for 24 hours)"), 1);
    world.runner.on_command(|_, _| ScriptedEnd::exited(0, ""));
    world.restarts(&issue).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn looking_again_queues_a_command_that_could_not_run() {
    let mut world = World::new().await;
    without_a_machine(&world, "start");
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.seconds(4_000).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
