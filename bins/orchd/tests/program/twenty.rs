//! Twenty tasks on one daemon while faults strike at random: every one is done, nothing twice, and what the daemon holds stays the same.

use std::sync::Arc;

use app::clock::SystemClock;
use app::places::Places;
use demo::soak::doors::Doors;
use demo::soak::fleet::{self, Outcome, Plan};
use demo::soak::ledger;
use demo::soak::programs::Programs;
use demo::soak::strike::Victim;
use pipeline_core::port::board::Board;
use pipeline_core::port::store::Store;
use store_sqlite::{SqliteStore, integrity};
use tracker_local::LocalBoard;

use crate::agreement::all_runs_agree;
use crate::dice::seed;

const TASKS: usize = 20;
/// Why a task may stop for a person here: an agent failed or died as often as it may, a deployer once, a job met three dying daemons.
const HONEST: [&str; 3] = ["the agent", "the run was lost", "when the daemon died, 3 times"];

const DOORS: Doors = Doors { board, store };

#[test]
fn twenty_tasks_are_done_whatever_fails_and_nothing_leaks() {
    let place = tempfile::tempdir().unwrap();
    let played = fleet::play(
        &Plan {
            programs: Arc::new(Programs::beside(&assert_cmd::cargo::cargo_bin("orchd"))),
            doors: DOORS,
            tasks: TASKS,
            at_once: 4,
            seed: seed(),
        },
        place.path(),
    );
    println!("{played:#?}");
    assert_eq!(played.leaks, [""; 0]);
    assert_eq!(played.left, 0, "processes of runs outlived their daemon");
    assert!(played.kills.of(Victim::Daemon) > 0, "{:?}", played.kills);
    assert!(played.kills.all() > played.kills.of(Victim::Daemon));
    they_stopped_for_a_reason(&played);
    nothing_is_lost_or_doubled(&played);
}

fn they_stopped_for_a_reason(played: &Outcome) {
    for (task, reason) in &played.restarts {
        assert!(
            HONEST.iter().any(|honest| reason.contains(honest)),
            "{task} stopped: {reason}"
        );
    }
}

fn nothing_is_lost_or_doubled(played: &Outcome) {
    let stopped: Vec<String> = played.restarts.iter().map(|(task, _)| task.clone()).collect();
    let ledger = ledger::of_home(DOORS, &played.home, TASKS, &stopped);
    println!("{ledger:#?}");
    assert_eq!(ledger.lost, [""; 0]);
    assert_eq!(ledger.doubled, [""; 0]);
    assert_eq!(ledger.disagreements, [""; 0]);
    assert_eq!(ledger.done, TASKS);
    assert!(all_runs_agree(&played.home) >= ledger.runs);
    let database = Places::in_directory(&played.home).database();
    assert_eq!(integrity::check(&database).unwrap().problems, []);
}

fn board(places: &Places) -> Arc<dyn Board> {
    LocalBoard::open(&places.board(), Arc::new(SystemClock)).unwrap()
}

fn store(places: &Places) -> Option<Arc<dyn Store>> {
    Some(Arc::new(SqliteStore::attach(&places.database()).ok()?))
}
