//! How the daemon ends: told to stop, drained, or with its runs ended.

use pipeline_core::hold::HoldKind;
use pipeline_core::id::RunId;
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_engine::Ended;
use testkit::fake::runner::ScriptedEnd;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::world::World;

/// The daemon with its own loops, as the program runs it.
pub(crate) struct Daemon {
    stop: watch::Sender<bool>,
    running: JoinHandle<Ended>,
}

impl Daemon {
    pub(crate) fn of(world: &World) -> Self {
        let engine = world.engine();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(async move { engine.run(stopped).await });
        Self { stop, running }
    }

    async fn ended(self) -> Ended {
        self.running.await.unwrap()
    }

    /// Tells it to stop and waits.
    pub(crate) async fn end(self) {
        self.stop.send(true).unwrap();
        assert_eq!(self.ended().await, Ended::Stopped);
    }
}

impl World {
    /// Time passes for a daemon that runs by itself.
    async fn daemon_works(&self) {
        for _ in 0..30 {
            self.clock.advance(std::time::Duration::from_secs(1));
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn holds(&self) -> Vec<HoldKind> {
        let holds = self.looking(self.store.holds()).await.unwrap();
        holds.into_iter().map(|hold| hold.said.kind).collect()
    }

    fn the_run(&self) -> RunId {
        let running = self.runner.running();
        assert_eq!(running.len(), 1);
        running[0]
    }

    async fn leased(&self) -> usize {
        self.looking(self.store.leased()).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_daemon_that_is_told_to_stop_leaves_its_runs_to_the_next_one() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let daemon = Daemon::of(&world);
    world.daemon_works().await;
    daemon.stop.send(true).unwrap();
    assert_eq!(daemon.ended().await, Ended::Stopped);
    let run = world.the_run();
    assert_eq!(world.leased().await, 1);

    world.daemon_dies();
    world.daemon_starts().await;
    world.runner.finish(&run);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_daemon_that_drains_waits_for_its_runs_and_begins_none() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let first = world.up_to_approval().await;
    world.hold(None, HoldKind::Drain).await;
    let second = world.issue(
        "Add a farewell",
        "The program shall take its leave of the person.",
    );
    world.person_moves(&second, pipeline_core::stage::Column::InProgress);
    let daemon = Daemon::of(&world);
    world.daemon_works().await;
    assert!(!daemon.running.is_finished());
    assert_eq!(world.stands(&second).await, "analysis/working");
    world.runner.finish(&world.the_run());
    world.daemon_works().await;
    assert_eq!(daemon.ended().await, Ended::Drained);
    assert_eq!(world.runs(), ["analyst"]);

    // What is short is the next daemon's, and that works as usual.
    assert_eq!(world.holds().await, []);
    world.runner.hold(false);
    world.daemon_dies();
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&first).await, "analysis/waiting-human");
    assert_eq!(world.stands(&second).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_drain_of_a_project_does_not_end_the_daemon() {
    let world = World::new().await;
    world.hold(Some("et"), HoldKind::Drain).await;
    let daemon = Daemon::of(&world);
    world.daemon_works().await;
    assert!(!daemon.running.is_finished());
    daemon.stop.send(true).unwrap();
    assert_eq!(daemon.ended().await, Ended::Stopped);
    assert_eq!(world.holds().await, [HoldKind::Drain]);
    world.ends().await;
}

#[tokio::test]
async fn a_daemon_that_is_stopped_with_its_runs_queues_their_jobs_again() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.hold(None, HoldKind::Pause).await;
    world.hold(None, HoldKind::Kill).await;
    let daemon = Daemon::of(&world);
    world.daemon_works().await;
    assert_eq!(daemon.ended().await, Ended::Killed);
    assert_eq!(world.runner.running(), []);
    assert_eq!(world.leased().await, 0);
    let rows = world.looking(world.store.runs(world.task(&issue).await.id)).await;
    assert_eq!(rows.unwrap()[0].outcome, "interrupted");
    assert_eq!(world.holds().await, [HoldKind::Pause]);

    let pause = world.looking(world.store.holds()).await.unwrap().remove(0);
    world.runner.hold(false);
    world.daemon_dies();
    world.daemon_starts().await;
    world.lift(&pause).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    let fences: Vec<u32> = world.runner.started().iter().map(|spec| spec.run.fence).collect();
    assert_eq!(fences, [1, 2]);
    world.ends().await;
}

#[tokio::test]
async fn a_deployers_run_that_is_stopped_is_not_repeated() {
    let mut world = World::new().await;
    world.next("deployer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.hold(None, HoldKind::Kill).await;
    let daemon = Daemon::of(&world);
    world.daemon_works().await;
    assert_eq!(daemon.ended().await, Ended::Killed);
    world.daemon_dies();
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "deploy-staging/blocked");
    assert_eq!(world.runner.briefs("deployer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_call_to_stop_that_a_dead_daemon_left_does_not_stop_the_next_one() {
    let mut world = World::new().await;
    world.hold(None, HoldKind::Stop).await;
    world.hold(None, HoldKind::Kill).await;
    world.daemon_dies();
    world.daemon_starts().await;
    assert_eq!(world.holds().await, []);
    world.ends().await;
}
