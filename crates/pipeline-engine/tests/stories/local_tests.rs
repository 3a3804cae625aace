//! The project's own tests as a gate: instead of CI, and beside it.

use pipeline_core::effect::StatusState;
use pipeline_core::project::Ci;
use pipeline_core::stage::{Cause, Column, GateName, StageName};
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

async fn without_ci() -> World {
    World::with(|project| {
        project.ci = Ci::None {
            command: "make test".to_owned(),
        };
    })
    .await
}

#[tokio::test]
async fn without_ci_the_projects_tests_take_its_place() {
    let mut world = without_ci().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.commands(), ["make test"]);
    let head = world.task(&issue).await.head.unwrap();
    assert_eq!(
        world.forge.statuses(&head),
        [],
        "nothing is reported to a forge without CI"
    );
    world.ends().await;
}

#[tokio::test]
async fn red_local_tests_send_the_work_back_with_the_end_of_the_log() {
    let mut world = without_ci().await;
    let mut red = true;
    world.runner.on_command(move |_, _| {
        if std::mem::take(&mut red) {
            ScriptedEnd::exited(1, "12 passed\n1 failed: greets by name\n")
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let brief = world.brief("developer");
    assert!(brief.contains("Local tests failed: exit code 1"), "{brief}");
    assert!(brief.contains("1 failed: greets by name"), "{brief}");
    let task = world.task(&issue).await;
    assert_eq!(task.bounces.len(), 1);
    assert_eq!(task.bounces[0].cause, Cause::Tests);
    assert_eq!(world.runner.briefs("developer").len(), 2);
    assert_eq!(world.commands().len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn tests_that_do_nothing_any_more_are_named_stalled_and_not_late() {
    let mut world = without_ci().await;
    let mut first = true;
    world.runner.on_command(move |_, _| {
        if std::mem::take(&mut first) {
            ScriptedEnd::stalled()
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let brief = world.brief("developer");
    assert!(brief.contains("stopped as stalled"), "{brief}");
    assert!(!brief.contains("time limit"), "{brief}");
    world.ends().await;
}

#[tokio::test]
async fn the_same_red_log_twice_blocks() {
    let mut world = without_ci().await;
    world
        .runner
        .on_command(|_, _| ScriptedEnd::exited(1, "error: expected a name\n"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.runner.briefs("developer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn tests_that_still_run_are_waited_for_and_started_once() {
    let mut world = without_ci().await;
    let mut first = true;
    world.runner.on_command(move |_, _| {
        if std::mem::take(&mut first) {
            ScriptedEnd::hangs()
        } else {
            ScriptedEnd::exited(0, "")
        }
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.seconds(4_000).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    assert_eq!(world.commands().len(), 1);
    let running = world.runner.running();
    world.runner.finish(&running[0]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_task_that_is_cancelled_calls_its_tests_off() {
    let mut world = without_ci().await;
    world.runner.on_command(|_, _| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.person_moves(&issue, Column::Cancelled);
    world.runs_until_idle().await;
    world.seconds(5).await;
    assert_eq!(world.runner.running().len(), 0);
    assert_eq!(world.task(&issue).await.state.name(), "cancelled");
    world.ends().await;
}

#[tokio::test]
async fn beside_ci_both_must_be_good() {
    let world = World::with_external_ci().await;
    let mut world = world
        .with_pipeline(|pipeline| {
            let development = StageName::new("development");
            for stage in &mut pipeline.stages {
                if stage.name == development {
                    stage.gates.push(GateName::CheckTestsLocal);
                }
            }
        })
        .await;
    world
        .project
        .commands
        .insert("test".to_owned(), "make test".to_owned());
    world.daemon_dies();
    world.daemon_starts().await;
    let issue = world.approved().await;
    assert_eq!(world.commands().len(), 0, "CI comes first");
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.commands(), ["make test"]);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn code_that_somebody_pushed_is_tested_before_it_is_merged() {
    let mut world = without_ci().await;
    world.next("tester", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/working");
    let branch = world.branch(&issue).await;
    world.forge.push(&branch, &[("src/more.rs", "fn more() {}\n")]);
    world.runs_until_idle().await;
    world.seconds(20).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.commands().len(), 2, "the code that is merged was tested");
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn tests_that_could_not_run_for_a_day_judge_nothing() {
    let mut world = without_ci().await;
    world
        .runner
        .on_command(|_, _| ScriptedEnd::transient("the machine is busy", None));
    let issue = world.approved().await;
    world.seconds(7_200).await;
    assert_eq!(world.times_alerted("the machine is busy"), 1);
    world.seconds(24 * 3_600).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("the machine is busy (for 24 hours)"), 1);
    world.ends().await;
}

#[tokio::test]
async fn tests_that_can_never_run_judge_nothing() {
    let mut world = without_ci().await;
    world
        .runner
        .on_command(|_, _| ScriptedEnd::permanent("make is not installed"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(
        world.times_alerted("the tests could not run: make is not installed"),
        1
    );
    world.runner.on_command(|_, _| ScriptedEnd::exited(0, ""));
    world.restarts(&issue).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}
