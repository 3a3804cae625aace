//! The wall clock jumps by an hour, forward and back: no lease is lost, nothing runs twice, no loop stands still. What was put off to a moment
//! before a jump back waits for that moment once more, and no longer.

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

const HOUR: i64 = 3_600_000;
/// Seconds.
const CAUGHT_UP: u64 = 3_600 + 180;
const JUMPS: [i64; 2] = [HOUR, -HOUR];

#[tokio::test]
async fn a_run_in_flight_keeps_its_lease_and_its_result_counts() {
    for jump in JUMPS {
        let mut world = World::new().await;
        world.runner.hold(true);
        let issue = world.up_to_approval().await;
        world.clock_jumps(jump).await;
        world.seconds(130).await;
        let running = world.runner.running();
        assert_eq!(running.len(), 1, "by {jump}");
        world.runner.finish(&running[0]);
        world.seconds(5).await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human", "by {jump}");
        assert_eq!(world.runs(), ["analyst"], "by {jump}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_wish_to_cancel_is_passed_on_soon_after_the_jump() {
    for jump in JUMPS {
        let mut world = World::new().await;
        world.runner.hold(true);
        let issue = world.up_to_approval().await;
        world.clock_jumps(jump).await;
        world.person_moves(&issue, Column::Cancelled);
        world.seconds(10).await;
        assert_eq!(world.stands(&issue).await, "analysis/cancelled", "by {jump}");
        assert!(world.runner.running().is_empty(), "by {jump}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_run_is_adopted_by_a_daemon_that_starts_after_the_jump() {
    for jump in JUMPS {
        let mut world = World::new().await;
        world.runner.hold(true);
        let issue = world.up_to_approval().await;
        world.daemon_dies();
        world.clock_jumps(jump).await;
        world.daemon_starts().await;
        world.seconds(130).await;
        let running = world.runner.running();
        assert_eq!(running.len(), 1, "by {jump}");
        world.runner.finish(&running[0]);
        world.seconds(5).await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human", "by {jump}");
        assert_eq!(world.runs(), ["analyst"], "by {jump}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_postponed_effect_is_sent_once_when_the_clock_has_caught_up() {
    for jump in JUMPS {
        let mut world = World::new().await;
        world.board.faults.fail_next("comment", 1, &Fault::Before);
        let issue = world.up_to_approval().await;
        world.clock_jumps(jump).await;
        world.seconds(CAUGHT_UP).await;
        assert_eq!(world.times_said(&issue, "Analyst started"), 1, "by {jump}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_run_that_waits_for_its_next_try_is_tried_once_when_the_clock_has_caught_up() {
    for jump in JUMPS {
        let mut world = World::new().await;
        world.next("analyst", |_| ScriptedEnd::transient("overloaded", None));
        let issue = world.up_to_approval().await;
        world.clock_jumps(jump).await;
        world.seconds(CAUGHT_UP).await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human", "by {jump}");
        assert_eq!(world.runs(), ["analyst", "analyst"], "by {jump}");
        world.ends().await;
    }
}

#[tokio::test]
async fn ci_that_reports_after_a_jump_back_is_heard_without_a_feed() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world = world.without_feeds().await;
    world.ci(&issue, StatusState::Pending, None).await;
    world.clock_jumps(-HOUR).await;
    world.ci(&issue, StatusState::Success, None).await;
    world.seconds(180).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn news_whose_object_could_not_be_read_are_settled_when_the_clock_has_caught_up() {
    for jump in JUMPS {
        let mut world = World::new().await;
        let issue = world.greeting();
        world.board.faults.fail_next("observe", 1, &Fault::Before);
        world.person_moves(&issue, Column::InProgress);
        world.runs_until_idle().await;
        world.clock_jumps(jump).await;
        world.seconds(CAUGHT_UP).await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human", "by {jump}");
        world.ends().await;
    }
}
