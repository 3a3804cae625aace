//! A backup from the middle of a task is restored after the task ended: the outside is ahead of the state, and nothing is done twice.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;
use store_sqlite::{backup, integrity, restore};

use crate::demo_run::{demo, json};
use crate::kills::{Account, undisturbed};

/// Where the copies are from.
const BOUNDARIES: [&str; 8] = [
    "before:workspace.start_branch",
    "after:runner.start:1",
    "before:tracker.comment:3",
    "after:workspace.push:3",
    "before:forge.open_pull_request:1",
    "after:runner.start:6",
    "before:forge.merge:1",
    "after:forge.merge:1",
];
const AT_ONCE: usize = 2;

#[test]
fn after_a_restore_nothing_is_sent_or_run_twice() {
    let expected = undisturbed();
    let work = Mutex::new(BOUNDARIES.to_vec());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(boundary) = { work.lock().unwrap().pop() } {
                        back_to(boundary, &expected);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

fn back_to(boundary: &str, expected: &Account) {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let killed = demo(home, &["--json", "--kill-at", boundary]);
    assert_eq!(killed.code, None, "{boundary} was not reached: {}", killed.stderr);
    let (database, copy) = (home.join("orchestrator.db"), home.join("copy.db"));
    let made = backup::backup(&database, &copy).unwrap();
    assert_eq!(made.integrity.problems, [], "{boundary}");
    assert_eq!(&ends(home, boundary), expected, "{boundary}");
    let runs = runs(home);

    let restored = restore::restore(&copy, &database, "aside").unwrap();
    assert_ne!(restored.integrity.epoch, None);
    assert_eq!(&ends(home, boundary), expected, "{boundary}, restored");
    assert_eq!(self::runs(home), runs, "{boundary}: another run was made");
    let found = integrity::check(&database).unwrap();
    assert_eq!(found.problems, [], "{boundary}");
    assert_eq!(found.epoch, restored.integrity.epoch);
    assert!(!found.look_first, "{boundary}: it has looked");
}

fn ends(home: &Path, boundary: &str) -> Account {
    let ended = demo(home, &["--json"]);
    assert_eq!(
        ended.code,
        Some(0),
        "{boundary}: {}{}",
        ended.stdout,
        ended.stderr
    );
    let report: Value = json(&ended.stdout);
    Account::of(home, &report)
}

/// Every attempt has a directory of its own.
fn runs(home: &Path) -> BTreeSet<String> {
    std::fs::read_dir(home.join("runs"))
        .unwrap()
        .map(|run| run.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}
