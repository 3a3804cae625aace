//! A daemon without work rests: it reads next to nothing, and misses nothing.

use std::time::Duration;

use pipeline_core::id::TaskId;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::port::store::tasks::{Commit, TaskStore};
use pipeline_core::port::store::watch::WatchStore;
use testkit::fake::faults::Fault;
use testkit::sample;

use crate::ending::Daemon;
use crate::world::World;

/// Seconds between two looks of a loop that rests; see the engine's `LONGEST`.
const REST: usize = 10;

impl World {
    async fn seconds_pass(&self, seconds: usize) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.daemon_settles().await;
        }
    }

    async fn daemon_settles(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    /// A daemon that has done all there is.
    async fn resting(&self) -> Daemon {
        let daemon = Daemon::of(self);
        self.seconds_pass(2 * REST).await;
        daemon
    }

    /// How often each of these was called while so many seconds passed.
    async fn calls<const N: usize>(&self, seconds: usize, names: [&str; N]) -> [usize; N] {
        let before = self.store.faults.history().len();
        self.seconds_pass(seconds).await;
        let history = self.store.faults.history();
        names.map(|name| history[before..].iter().filter(|call| **call == name).count())
    }

    /// As another process would: no bell rings.
    async fn somebody_stores_an_alert(&self, key: &str) {
        let commit = Commit {
            at: self.clock.now(),
            effects: vec![sample::alert(1, key)],
            ..Commit::default()
        };
        self.looking(self.store.commit(commit)).await.unwrap();
    }
}

#[tokio::test]
async fn a_daemon_without_work_looks_seldom_and_asks_its_feeds_each_time() {
    let world = World::new().await;
    let daemon = world.resting().await;
    let names = ["claim", "claim_effects", "due_timers", "unanswered", "waiting"];
    assert_eq!(world.calls(6 * REST, names).await, [6, 6, 6, 6, 6 * REST]);
    assert_eq!(world.health.problems(world.clock.now()), [""; 0], "it is alive");
    daemon.end().await;
    world.ends().await;
}

#[tokio::test]
async fn what_somebody_else_stores_is_done_at_the_next_look_at_the_clock() {
    let world = World::new().await;
    let daemon = world.resting().await;
    for alert in ["one", "two", "three"] {
        world.somebody_stores_an_alert(alert).await;
        world.seconds_pass(2).await;
        assert!(
            world.chat.alerts().iter().any(|sent| sent.key.as_str() == alert),
            "{alert}"
        );
    }
    daemon.end().await;
    world.ends().await;
}

#[tokio::test]
async fn an_order_of_an_operator_is_noticed_at_once() {
    let world = World::new().await;
    let daemon = world.resting().await;
    let order = NewOrder {
        task: TaskId(7),
        by: "root".to_owned(),
        reason: "because".to_owned(),
        at: world.clock.now(),
        what: OperatorOrderKind::Cancel,
    };
    let id = world.store.place(order).await.unwrap();
    world.daemon_settles().await;
    let row = world.looking(world.store.order(id)).await.unwrap().unwrap();
    assert!(row.answer.is_some(), "no second has passed");
    daemon.end().await;
    world.ends().await;
}

#[tokio::test]
async fn what_waits_for_its_time_is_done_when_the_time_has_come() {
    let world = World::new().await;
    let daemon = world.resting().await;
    world.chat.faults.fail_next("alert", 1, &Fault::Before);
    world.somebody_stores_an_alert("late").await;
    world.seconds_pass(2).await;
    let due = world
        .looking(world.store.due())
        .await
        .unwrap()
        .expect("it is tried again");
    let wait = due.since(world.clock.now());
    assert!(wait > Duration::from_secs(1), "the story needs a wait: {wait:?}");
    let wait = usize::try_from(wait.as_secs()).unwrap();
    world.seconds_pass(wait - 1).await;
    assert_eq!(world.chat.alerts().len(), 0);
    world.seconds_pass(3).await;
    assert_eq!(world.chat.alerts().len(), 1);
    daemon.end().await;
    world.ends().await;
}

/// A look that failed is made again at once, not after a rest.
#[tokio::test]
async fn a_daemon_in_trouble_does_not_rest() {
    let world = World::new().await;
    let daemon = world.resting().await;
    world.store.faults.fail_next("claim", 2 * REST, &Fault::Before);
    world.seconds_pass(REST + 1).await;
    assert_eq!(world.health.problems(world.clock.now()).len(), 1);
    world.seconds_pass(2 * REST).await;
    assert!(world.store.faults.is_spent(), "it tried every second");
    assert_eq!(world.health.problems(world.clock.now()), [""; 0]);
    daemon.end().await;
    world.ends().await;
}
