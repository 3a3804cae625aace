//! The daemon goes while twenty agents work: the next one, also a new version at another path, takes every run up and repeats none.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use assert_cmd::Command;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::replay::stored::replay_stored;
use pipeline_core::task::{TaskState, Wait};
use rustix::process::Signal;

use crate::installation::Installation;
use crate::patience::{block_on, wait_for};
use crate::processes;

const RUNS: usize = 20;

/// An analyst who works when its gate is opened.
const AGENT: &str = r#"
cat > /dev/null
mkfifo "PLACE/gate.$ORCHD_RUN_ID" && : > "PLACE/stands.$ORCHD_RUN_ID"
read -r _ < "PLACE/gate.$ORCHD_RUN_ID"
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do
    echo "$ORCHD_WORK_ITEM" > "docs/work-items/$ORCHD_WORK_ITEM/$name"
done
echo '{"type":"result","usage":{"input_tokens":10,"output_tokens":5}}'
"#;

#[test]
fn runs_in_flight_survive_the_death_of_their_daemon() {
    check(Signal::KILL, None);
}

#[test]
fn runs_in_flight_survive_an_upgrade() {
    check(Signal::TERM, Some(0));
}

fn check(signal: Signal, code: Option<i32>) {
    let place = Installation::new(AGENT, RUNS);
    let old = assert_cmd::cargo::cargo_bin("orchd");
    thread::scope(|scope| {
        let first = scope.spawn(|| place.serve(&old));
        place.listens();
        place.writes_issues(RUNS);
        wait_for("twenty agents at work", || {
            (named(&place, "stands.").len() == RUNS).then_some(())
        });
        assert_eq!(processes::living_runs(&place.home()).len(), RUNS);
        processes::send(processes::daemon(&place.home()).unwrap(), signal);
        let ended = first.join().unwrap();
        assert_eq!(ended.code, code, "{}", ended.stderr);
        assert_eq!(
            processes::living_runs(&place.home()).len(),
            RUNS,
            "runs ended with their daemon"
        );
    });
    let new = place.path("orchd-2");
    copy(&old, &new);
    thread::scope(|scope| {
        let second = scope.spawn(|| place.serve(&new));
        for gate in named(&place, "gate.") {
            open(&gate);
        }
        wait_for("every task to wait for approval", || {
            assert!(!second.is_finished(), "the second daemon ended");
            let asked =
                |task: &pipeline_core::task::Task| matches!(task.state, TaskState::Waiting(Wait::Human(_)));
            let waiting = place.tasks().iter().filter(|task| asked(task)).count();
            (waiting == RUNS).then_some(())
        });
        wait_for("the last words", || {
            let tasks = place.tasks();
            tasks
                .iter()
                .all(|task| place.said(&task.issue).len() == 2)
                .then_some(())
        });
        processes::send(processes::daemon(&place.home()).unwrap(), Signal::TERM);
        let ended = second.join().unwrap();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    });
    each_run_was_made_once(&place);
}

/// By another program: what another test starts at this moment would hold a copy of our descriptor, and a file that somebody may still write to
/// is not run ("Text file busy").
fn copy(from: &Path, to: &Path) {
    Command::new("cp").args([from, to]).assert().success();
}

fn each_run_was_made_once(place: &Installation) {
    let store = place.store();
    for task in place.tasks() {
        let runs = block_on(store.runs(task.id)).unwrap();
        let made: Vec<(u32, &str)> = runs
            .iter()
            .map(|run| (run.run.fence, run.outcome.as_str()))
            .collect();
        assert_eq!(made, [(1, "finished")], "{}", task.work_item);
        assert_eq!(place.said(&task.issue).len(), 2, "{}", task.work_item);
        block_on(replay_stored(&store, &task)).unwrap();
    }
    let directories = fs::read_dir(place.home().join("runs")).unwrap().count();
    assert_eq!(directories, RUNS);
    assert_eq!(processes::of_runs(&place.home()), Vec::<i32>::new());
}

fn named(place: &Installation, beginning: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(place.path(""))
        .unwrap()
        .map(|file| file.unwrap().path());
    let begins = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(beginning);
    files.filter(begins).collect()
}

/// Opened both ways, so that it never waits for a reader.
fn open(gate: &Path) {
    let mut gate = OpenOptions::new().read(true).write(true).open(gate).unwrap();
    gate.write_all(b"go on\n").unwrap();
}
