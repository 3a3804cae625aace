//! What holds back agents and commands: operators' holds, floors, and people who have enough to decide. Effects and gathering go on.

use std::collections::BTreeMap;

use pipeline_core::admission::Floors;
use pipeline_core::hold::{Hold, HoldKind, Lifting, NewHold};
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;

use crate::world::World;

const GIB: u64 = 1 << 30;

impl World {
    /// An operator places a hold.
    pub(crate) async fn hold(&self, project: Option<&str>, kind: HoldKind) -> Hold {
        let hold = NewHold {
            project: project.map(ProjectId::new),
            kind,
            by: "olga".to_owned(),
            reason: "upgrade".to_owned(),
            at: self.clock.now(),
        };
        self.looking(self.store.hold(hold)).await.unwrap()
    }

    pub(crate) async fn lift(&mut self, hold: &Hold) {
        let lifting = Lifting {
            by: "olga".to_owned(),
            reason: String::new(),
            at: self.clock.now(),
        };
        assert!(self.looking(self.store.lift(hold.id, lifting)).await.unwrap());
        self.runs_until_idle().await;
    }

    /// What the daemon says it holds back.
    pub(crate) async fn held_back(&self) -> Vec<String> {
        let told = self.looking(self.store.admission()).await.unwrap();
        told.map(|told| told.admission.lines()).unwrap_or_default()
    }

    /// A daemon with changed settings.
    async fn restarts_with(&mut self, floors: Floors, wip_limit: Option<usize>) {
        self.settings.floors = floors;
        let project = self.project.id.clone();
        self.settings.wip_limits = wip_limit
            .map(|limit| BTreeMap::from([(project, limit)]))
            .unwrap_or_default();
        self.daemon_dies();
        self.daemon_starts().await;
    }

    pub(crate) async fn started(&mut self, title: &str) -> IssueId {
        let issue = self.issue(title, "The program shall greet the person by name.");
        self.person_moves(&issue, Column::InProgress);
        self.runs_until_idle().await;
        issue
    }
}

#[tokio::test]
async fn a_pause_keeps_new_runs_from_beginning_and_lets_the_others_end() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let first = world.started("Add a greeting").await;
    let hold = world.hold(None, HoldKind::Pause).await;
    let second = world.started("Add a farewell").await;
    assert_eq!(world.stands(&second).await, "analysis/working");
    assert_eq!(world.runs(), ["analyst"]);
    let running = world.runner.running();
    world.runner.finish(&running[0]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&first).await, "analysis/waiting-human");
    assert_eq!(
        world.held_back().await,
        ["held back: paused by olga since 2026-01-01T00:00:00Z: upgrade"]
    );

    world.runner.hold(false);
    world.lift(&hold).await;
    assert_eq!(world.stands(&second).await, "analysis/waiting-human");
    assert_eq!(world.held_back().await, [""; 0]);
    world.ends().await;
}

#[tokio::test]
async fn a_pause_outlives_the_daemon() {
    let mut world = World::new().await;
    let hold = world.hold(None, HoldKind::Pause).await;
    world.daemon_dies();
    world.daemon_starts().await;
    let issue = world.started("Add a greeting").await;
    assert_eq!(world.runs(), [""; 0]);
    world.lift(&hold).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_project_is_paused_by_itself() {
    let mut world = World::new().await;
    let elsewhere = world.hold(Some("other"), HoldKind::Pause).await;
    world.started("Add a greeting").await;
    assert_eq!(world.runs(), ["analyst"]);
    let here = world.hold(Some("et"), HoldKind::Drain).await;
    world.started("Add a farewell").await;
    assert_eq!(world.runs(), ["analyst"]);
    assert_eq!(
        world.held_back().await,
        ["held back in et: draining by olga since 2026-01-01T00:00:00Z: upgrade"]
    );
    world.lift(&here).await;
    world.lift(&elsewhere).await;
    assert_eq!(world.runs(), ["analyst", "analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn nothing_begins_below_a_floor_and_everything_goes_on_when_there_is_room() {
    let mut world = World::new().await;
    let floors = Floors {
        memory: GIB,
        disk: 2 * GIB,
        inodes: 1_000,
    };
    world.restarts_with(floors, None).await;
    for (short, line) in [
        (
            "memory",
            "held back: free memory 0.5 GB is below the floor of 1 GB",
        ),
        (
            "disk",
            "held back: free disk 0.5 GB (data) is below the floor of 2 GB",
        ),
        (
            "inodes",
            "held back: free inodes 10 (data) are below the floor of 1000",
        ),
    ] {
        world.host.set(|room| match short {
            "memory" => room.memory = GIB / 2,
            "disk" => room.places[0].bytes = GIB / 2,
            _ => room.places[0].inodes = Some(10),
        });
        let issue = world.started(&format!("Mend the {short}")).await;
        assert_eq!(world.stands(&issue).await, "analysis/working");
        assert_eq!(world.held_back().await, [line]);
        world.host.set(|room| {
            room.memory = GIB;
            room.places[0].bytes = 2 * GIB;
            room.places[0].inodes = Some(1_000);
        });
        world.seconds(10).await;
        assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    }
    world.ends().await;
}

#[tokio::test]
async fn what_is_not_known_holds_back() {
    let mut world = World::new().await;
    let floors = Floors {
        disk: GIB,
        ..Floors::default()
    };
    world.restarts_with(floors, None).await;
    world.host.faults.outage(true);
    let issue = world.started("Add a greeting").await;
    assert_eq!(world.runs(), [""; 0]);
    let held = world.held_back().await;
    assert!(
        held[0].starts_with("held back: it is not known how much memory"),
        "{held:?}"
    );
    world.host.faults.outage(false);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn people_who_have_enough_to_decide_get_no_new_tasks() {
    let mut world = World::new().await;
    world.restarts_with(Floors::default(), Some(1)).await;
    let first = world.started("Add a greeting").await;
    assert_eq!(world.stands(&first).await, "analysis/waiting-human");
    let second = world.started("Add a farewell").await;
    assert_eq!(world.runs(), ["analyst"]);
    assert_eq!(
        world.held_back().await,
        ["held back in et: new tasks do not begin: 1 tasks wait for a human, the limit is 1"]
    );

    // The task that was decided goes on, and makes room.
    world.seconds(1).await;
    world.person_moves(&first, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&first).await, "done/done");
    assert_eq!(world.stands(&second).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_word_that_cannot_be_stored_keeps_nobody_from_working() {
    let mut world = World::new().await;
    world.store.faults.fail_next("tell_admission", 5, &Fault::Before);
    let issue = world.started("Add a greeting").await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}
