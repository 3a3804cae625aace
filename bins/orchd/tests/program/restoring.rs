//! A backup from the middle of a task is restored after the task ended: the outside is ahead of the state. Nothing is said, merged or run
//! twice; where the state cannot know how it got so far, a human is asked.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use app::clock::SystemClock;
use demo::options::{Agent, Options};
use demo::scenario::Scenario;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxStore};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::task::{TaskState, Wait};
use serde_json::Value;
use store_sqlite::{SqliteStore, backup, integrity, restore};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::account::{Account, the_log_leads_to_every_task};
use crate::demo_run::{demo, json};

/// Where the copies are from, and how the task stands after the restored state has looked at everything.
const BOUNDARIES: [(&str, &str); 8] = [
    ("before:workspace.start_branch", "blocked"),
    ("after:runner.start:1", "waiting-human"),
    ("before:tracker.comment:3", "waiting-human"),
    ("after:workspace.push:3", "waiting-human"),
    ("before:forge.open_pull_request:1", "waiting-human"),
    ("before:forge.merge:1", "done"),
    ("after:forge.merge:1", "done"),
    ("after:workspace.release:1", "done"),
];
const AT_ONCE: usize = 2;
const LOOKS: usize = 600;
const LOOK: Duration = Duration::from_millis(100);

#[test]
fn after_a_restore_nothing_is_said_merged_or_run_twice() {
    let work = Mutex::new(BOUNDARIES.to_vec());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some((boundary, state)) = { work.lock().unwrap().pop() } {
                        back_to(boundary, state);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

fn back_to(boundary: &str, state: &str) {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let killed = demo(home, &["--json", "--kill-at", boundary]);
    assert_eq!(killed.code, None, "{boundary} was not reached: {}", killed.stderr);
    let (database, copy) = (home.join("orchestrator.db"), home.join("copy.db"));
    let made = backup::backup(&database, &copy).unwrap();
    assert_eq!(made.integrity.problems, [], "{boundary}");
    assert_eq!(restore::check(&copy).unwrap(), made.integrity, "{boundary}");
    let ended = demo(home, &["--json"]);
    assert_eq!(ended.code, Some(0), "{boundary}: {}", ended.stderr);
    let (before, runs) = (Account::of(home, &json(&ended.stdout)), runs(home));

    let restored = restore::restore(&copy, &database, "aside").unwrap();
    let report = runtime().block_on(go_on(home));
    assert_eq!(report["state"], state, "{boundary}: {report:#}");
    let after = Account::of(home, &report);
    for (said, times) in &before.comments {
        assert_eq!(after.comments.get(said), Some(times), "{boundary}: {said}");
    }
    assert_eq!(after.merges, before.merges, "{boundary}");
    assert_eq!(after.pull_requests, before.pull_requests, "{boundary}");
    assert_eq!(self::runs(home), runs, "{boundary}: another run was made");
    let found = integrity::check(&database).unwrap();
    assert_eq!(found.problems, [], "{boundary}");
    assert_eq!(found.epoch, restored.integrity.epoch, "{boundary}");
    the_log_leads_to_every_task(home, boundary);
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Starts the daemon again, without a demo operator who would approve everything, until nothing moves any more.
async fn go_on(home: &Path) -> Value {
    let (interrupt, interrupted) = watch::channel(false);
    let running = tokio::spawn(demo::run::run(manual(home, 0), interrupted));
    let mut still = 0;
    for _ in 0..LOOKS {
        SystemClock.sleep_until(SystemClock.now().plus(LOOK)).await;
        still = if nothing_moves(home).await { still + 1 } else { 0 };
        if still > 3 || running.is_finished() {
            break;
        }
    }
    interrupt.send_replace(true);
    serde_json::to_value(running.await.unwrap().unwrap()).unwrap()
}

/// A demo in which nobody approves, on this port of the board.
pub(crate) fn manual(home: &Path, port: u16) -> Options {
    Options {
        exe: assert_cmd::cargo::cargo_bin("orchd"),
        home: home.to_owned(),
        scenario: Scenario::ALL[0],
        repo: None,
        issue: None,
        test_command: None,
        agent: Agent::Scripted,
        pipeline: None,
        stall: Duration::from_secs(900),
        manual: true,
        serve: false,
        admin: ([127, 0, 0, 1], port).into(),
        json: true,
        kill_at: None,
    }
}

async fn nothing_moves(home: &Path) -> bool {
    let store = SqliteStore::attach(&home.join("orchestrator.db")).unwrap();
    let tasks = store.tasks(TaskFilter::All).await.unwrap();
    let effects = store.effects(OutboxFilter::Open).await.unwrap();
    let stands = tasks.iter().all(|task| {
        task.is_over()
            || matches!(
                task.state,
                TaskState::Waiting(Wait::Human(_)) | TaskState::Blocked { .. }
            )
    });
    !store.identity().await.unwrap().look_first
        && stands
        && effects.iter().all(|row| row.status == EffectStatus::Dead)
        && store.leased().await.unwrap().is_empty()
}

/// Every attempt has a directory of its own.
fn runs(home: &Path) -> BTreeSet<String> {
    std::fs::read_dir(home.join("runs"))
        .unwrap()
        .map(|run| run.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}
