//! An installation with a settings file: a daemon on one project, its board and its database.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use app::places::Places;
use assert_cmd::Command;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::port::store::deliveries::DeliveryStore;
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::stage::Column;
use pipeline_core::task::Task;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use tracker_local::LocalBoard;

use crate::demo_run::Ended;
use crate::own_repository::repository;
use crate::patience::{block_on, wait_for};

/// A directory with everything that a daemon needs.
pub(crate) struct Installation(TempDir);

impl Installation {
    /// `PLACE` in the agent's script is the installation's directory.
    pub(crate) fn new(agent: &str, max_concurrency: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().to_string_lossy().into_owned();
        let repository = repository(place.path());
        fs::write(place.path().join("agent.sh"), agent.replace("PLACE", &root)).unwrap();
        let settings = format!(
            "profile: fast\ndb_path: {root}/home/orchestrator.db\nbind: 127.0.0.1:0\nadmin_bind: 127.0.0.1:0\n\
             max_concurrency: {max_concurrency}\nprojects:\n  - work_item_prefix: SHOP\n    repo: shop\n    path: {}\n    \
             test_command: \"true\"\n    agent_cmd: exec sh {root}/agent.sh\n",
            repository.display()
        );
        fs::write(place.path().join("orch.yaml"), settings).unwrap();
        Self(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Runs a daemon to its end.
    pub(crate) fn serve(&self, program: &Path) -> Ended {
        let output = Command::new(program)
            .args(["serve", "--config"])
            .arg(self.path("orch.yaml"))
            .timeout(Duration::from_secs(180))
            .output()
            .unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Waits until a first daemon hears what happens on the board.
    pub(crate) fn listens(&self) {
        wait_for("the daemon to listen to its board", || {
            let database = Places::in_directory(&self.home()).database();
            let store = database.exists().then(|| SqliteStore::attach(&database).ok())??;
            block_on(store.cursor("local-board")).ok()?
        });
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::attach(&Places::in_directory(&self.home()).database()).unwrap()
    }

    pub(crate) fn tasks(&self) -> Vec<Task> {
        block_on(self.store().tasks(TaskFilter::All)).unwrap()
    }

    /// Writes issues that are begun at once.
    pub(crate) fn writes_issues(&self, count: usize) {
        let board = self.board();
        for number in 1..=count {
            let new = NewIssue {
                title: format!("Add greeting number {number}"),
                description: "The program shall greet the person by name.".to_owned(),
                column: Column::InProgress,
                by: "ann".to_owned(),
            };
            block_on(board.create(&project(), new)).unwrap();
        }
    }

    /// Our comments on an issue.
    pub(crate) fn said(&self, issue: &IssueId) -> Vec<String> {
        let seen = block_on(self.board().issue(&project(), issue)).unwrap();
        let own = seen.comments.into_iter().filter(|comment| comment.own);
        own.map(|comment| comment.text).collect()
    }

    fn board(&self) -> Arc<LocalBoard> {
        LocalBoard::open(&Places::in_directory(&self.home()).board(), Arc::new(SystemClock)).unwrap()
    }
}

fn project() -> ProjectId {
    ProjectId::new("shop")
}
