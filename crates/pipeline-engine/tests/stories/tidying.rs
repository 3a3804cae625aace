//! What is removed when its time is over, and what is kept and named.

use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::retention::RetentionStore;
use pipeline_core::retention::{Kept, RetentionReport};
use pipeline_core::time::Timestamp;
use testkit::fake::faults::Fault;
use testkit::sample::run_id;

use crate::settings::DAY;
use crate::world::World;

impl World {
    async fn tidies(&self) -> RetentionReport {
        self.engine().tidy().await.unwrap();
        let told = self.looking(self.store.retention()).await.unwrap();
        told.expect("the daemon says what it did").report
    }

    fn days_ago(&self, days: u32) -> Timestamp {
        let ago = i64::try_from((DAY * days).as_millis()).unwrap();
        Timestamp(self.clock.now().0 - ago)
    }
}

fn places(kept: &[Kept]) -> Vec<&str> {
    kept.iter().map(|kept| kept.what.as_str()).collect()
}

#[tokio::test]
async fn old_directories_of_runs_go_and_living_ones_stay() {
    let mut world = World::new().await;
    world.runner.hold(true);
    world.up_to_approval().await;
    let leased = world.runner.running()[0];
    // Its directory says that it ended long ago; its job is still ours.
    world.run_storage.put(leased, Some(world.days_ago(60)));
    world.run_storage.put(run_id(8, 1, 1), Some(world.days_ago(29)));
    world.run_storage.put(run_id(8, 2, 1), Some(world.days_ago(31)));
    world.run_storage.put(run_id(8, 3, 1), None);
    assert_eq!(world.tidies().await.runs, 1);
    assert_eq!(
        world.run_storage.runs(),
        [leased, run_id(8, 1, 1), run_id(8, 3, 1)]
    );
    world.runner.finish(&leased);
    world.ends().await;
}

#[tokio::test]
async fn a_removal_that_fails_is_reported_and_tried_again() {
    let world = World::new().await;
    world.run_storage.put(run_id(8, 2, 1), Some(world.days_ago(31)));
    world.run_storage.faults.fail_next("remove", 1, &Fault::Before);
    let report = world.tidies().await;
    assert_eq!(
        (report.runs, places(&report.failed)),
        (0, vec!["the directory of run 8-2-1"])
    );
    world.run_storage.faults.fail_next("stored", 1, &Fault::Before);
    assert_eq!(places(&world.tidies().await.failed), ["directories of runs"]);
    let report = world.tidies().await;
    assert_eq!((report.runs, report.failed.len()), (1, 0));
    world.ends().await;
}

#[tokio::test]
async fn a_finished_task_leaves_its_checkout_and_pins_after_a_while() {
    let mut world = World::new().await;
    world.workspace.faults.fail_next("release", 8, &Fault::Before);
    let issue = world.approved().await;
    world.advance(std::time::Duration::from_secs(7_200)).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert!(!world.workspace.branches().is_empty());
    let task = world.task(&issue).await.id;
    world.storage.pin(task, "pushed", true);
    world.storage.pin(task, "unpushed", false);
    assert_eq!(world.tidies().await, RetentionReport::default());

    world.clock.advance(8 * DAY);
    let report = world.tidies().await;
    assert_eq!((report.checkouts, report.pins), (1, 1));
    assert_eq!(places(&report.kept), ["commit unpushed"]);
    assert_eq!(world.storage.pins(), ["unpushed"]);
    assert_eq!(world.workspace.branches(), []);
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn a_checkout_that_is_not_given_back_keeps_its_pins() {
    let mut world = World::new().await;
    world.workspace.faults.fail_next("release", 8, &Fault::Before);
    let issue = world.approved().await;
    world.advance(std::time::Duration::from_secs(7_200)).await;
    let task = world.task(&issue).await.id;
    world.storage.pin(task, "pushed", true);
    world.clock.advance(8 * DAY);
    world.workspace.faults.fail_next("release", 1, &Fault::Before);
    let report = world.tidies().await;
    assert_eq!(places(&report.failed), ["a checkout"]);
    assert_eq!((report.pins, world.storage.pins().len()), (0, 1));
    let report = world.tidies().await;
    assert_eq!((report.checkouts, report.pins, report.failed.len()), (1, 1, 0));
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn work_that_was_set_aside_is_named_for_as_long_as_it_lies_there() {
    let world = World::new().await;
    let work = Kept {
        what: "a checkout with work that no run has delivered".to_owned(),
        place: "/fake/.kept/7-1".to_owned(),
        why: "nobody has taken it".to_owned(),
    };
    world.storage.put_aside(work.clone());
    for _ in 0..2 {
        assert_eq!(world.tidies().await.kept, std::slice::from_ref(&work));
    }
    world.ends().await;
}

#[tokio::test]
async fn the_row_of_a_run_whose_job_went_to_somebody_else_gets_an_end() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let task = world.task(&issue).await.id;
    let old = world.runner.running()[0];
    world.fence_out(old.job, old.fence).await;
    world.runner.finish(&old);
    world.runs_until_idle().await;
    assert_eq!(world.tidies().await.mended, 1);
    world.runner.hold(false);
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    let rows = world.looking(world.store.runs(task)).await.unwrap();
    let outcomes: Vec<&str> = rows.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["lost", "finished"]);
    assert!(rows[0].finished_at.is_some());
    assert_eq!(world.tidies().await.mended, 0);
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_goes_on_is_not_mended() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    assert_eq!(world.tidies().await.mended, 0);
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn pins_that_are_no_runs_go_when_they_are_older_than_everything_at_work() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let created = world.task(&issue).await.created_at;
    world.storage.pin_rest("older", Timestamp(created.0 - 1), true);
    world
        .storage
        .pin_rest("nowhere else", Timestamp(created.0 - 1), false);
    world.storage.pin_rest("of the task", created, true);
    let head = world.task(&issue).await.head.unwrap();
    world
        .storage
        .pin_rest(head.as_str(), Timestamp(created.0 - 1), true);
    assert_eq!(world.tidies().await, RetentionReport::default(), "they are young");
    world.clock.advance(8 * DAY);
    let report = world.tidies().await;
    assert_eq!(
        (report.pins, places(&report.kept)),
        (1, vec!["commit nowhere else"])
    );
    assert_eq!(world.tidies().await.pins, 0, "the task goes on");
    world.ends().await;
}

#[tokio::test]
async fn what_a_repository_holds_too_much_is_packed() {
    let world = World::new().await;
    world.storage.grow();
    world.storage.faults.fail_next("pack", 1, &Fault::Before);
    assert_eq!(
        places(&world.tidies().await.failed),
        ["what a repository holds too much"]
    );
    assert_eq!(world.tidies().await.packed, 1);
    assert_eq!(world.tidies().await, RetentionReport::default());
    world.ends().await;
}

#[tokio::test]
async fn news_that_was_read_goes_from_its_feed_after_a_while() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    assert_eq!(world.tidies().await.rows, 0, "it is young");
    world.clock.advance(31 * DAY);
    world.board.person_comments(&issue, "not read yet", "ann");
    world.board.feed_faults.fail_next("tidy", 1, &Fault::Before);
    assert_eq!(places(&world.tidies().await.failed), ["old news that was read"]);
    assert!(world.tidies().await.rows > 0);
    assert_eq!(world.tidies().await.rows, 0);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}
