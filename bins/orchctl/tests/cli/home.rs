//! A data directory with a database, and the program run on it.

use std::fs::File;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use pipeline_core::order::OrderAnswer;
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::port::store::tasks::{Commit, Committed, TaskStore};
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use serde_json::Value;
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use tempfile::TempDir;
use testkit::sample;
use tokio::task::JoinHandle;

/// 2100-01-01T00:00:00Z: a moment of which the program always says "now".
pub(crate) const NOW: Timestamp = Timestamp(4_102_444_800_000);

/// A data directory; removed when dropped.
pub(crate) struct Home {
    directory: TempDir,
    /// The daemon's connection.
    pub(crate) store: SqliteStore,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// A database without tasks.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Self::at(&directory.path().join("orchestrator.db"));
        Self { directory, store }
    }

    /// The daemon's connection to a database that it creates.
    pub(crate) fn at(path: &Path) -> SqliteStore {
        SqliteStore::open(path, &OpenOptions::default()).unwrap()
    }

    /// The directory, with a database that nobody has open.
    pub(crate) fn closed(self) -> TempDir {
        self.directory
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Stores a new task.
    pub(crate) async fn insert(&self, task: Task) {
        self.commit(sample::insert(task)).await;
    }

    /// Stores a step.
    pub(crate) async fn commit(&self, commit: Commit) {
        assert_eq!(self.store.commit(commit).await.unwrap(), Committed::Yes);
    }

    /// Stands for a daemon that lives, until the file is dropped.
    pub(crate) fn lock(&self) -> File {
        let file = File::create(self.path().join("orchd.lock")).unwrap();
        file.lock().unwrap();
        file
    }

    /// Runs the program here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        run_in(self.path(), arguments)
    }

    /// Runs the program here with --json.
    pub(crate) fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let said = self.run(&[&["--json"], arguments].concat());
        let value = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
        (said.code, value)
    }

    /// Starts the program here.
    pub(crate) fn start(&self, arguments: &'static [&str]) -> JoinHandle<Said> {
        let home = self.path().to_owned();
        tokio::task::spawn_blocking(move || run_in(&home, arguments))
    }

    /// Runs the program here while a daemon lives that gives every order this answer.
    pub(crate) async fn run_answered(&self, arguments: &'static [&str], answer: &OrderAnswer) -> Said {
        let _lock = self.lock();
        let program = self.start(arguments);
        while !program.is_finished() {
            for order in self.store.unanswered().await.unwrap() {
                self.store.answer(order.id, answer.clone()).await.unwrap();
            }
            tokio::task::yield_now().await;
        }
        program.await.unwrap()
    }
}

/// Runs the program on a data directory; only what is given here reaches it.
pub(crate) fn run_in(home: &Path, arguments: &[&str]) -> Said {
    let output = program()
        .arg("--home")
        .arg(PathBuf::from(home))
        .args(arguments)
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program with an environment of its own.
pub(crate) fn program() -> Command {
    let mut program = cargo_bin_cmd!("orchctl");
    program.env_clear().env("USER", "ann");
    program
}

/// Task `id` waits since [`NOW`].
pub(crate) fn task(id: i64) -> Task {
    Task {
        since: NOW,
        ..sample::task(id)
    }
}
