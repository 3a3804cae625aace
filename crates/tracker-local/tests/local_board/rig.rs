//! A board in a temporary folder, on a clock that the test moves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::id::{EffectKey, IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::port::tracker::{NewComment, Tracker};
use pipeline_core::role::Role;
use pipeline_core::stage::Column;
use tempfile::TempDir;
use testkit::fake::clock::FakeClock;
use tracker_local::{LocalBoard, LocalTracker, OpenError};

pub(crate) struct Rig {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) board: Arc<LocalBoard>,
    pub(crate) project: ProjectId,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(FakeClock::new());
        let board = LocalBoard::open(&folder.path().join("board.db"), clock.clone()).unwrap();
        let project = ProjectId::new("et");
        Self {
            folder,
            clock,
            board,
            project,
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("board.db")
    }

    /// The same file in a new connection, as after a restart.
    pub(crate) fn reopen(self) -> Self {
        let (file, clock) = (self.file(), self.clock.clone());
        drop(self.board);
        Self {
            board: LocalBoard::open(&file, clock).unwrap(),
            folder: self.folder,
            clock: self.clock,
            project: self.project,
        }
    }

    /// Opens another file as a board; why it was refused.
    pub(crate) fn refusal(&self, file: &Path) -> OpenError {
        LocalBoard::open(file, self.clock.clone()).err().unwrap()
    }

    pub(crate) fn a_second_later(&self) {
        self.clock.advance(Duration::from_secs(1));
    }

    pub(crate) fn tracker(&self) -> LocalTracker {
        self.board.tracker(self.project.clone())
    }

    pub(crate) async fn issue(&self, title: &str) -> IssueId {
        self.board.create(&self.project, new_issue(title)).await.unwrap()
    }

    pub(crate) async fn seen(&self, issue: &IssueId) -> ItemObservation {
        self.tracker().observe(issue).await.unwrap()
    }
}

pub(crate) fn new_issue(title: &str) -> NewIssue {
    NewIssue {
        title: title.to_owned(),
        description: "What is wanted, and why.".to_owned(),
        column: Column::Todo,
        by: "ann".to_owned(),
    }
}

pub(crate) fn comment(key: &str, issue: &IssueId, html: &str) -> NewComment {
    NewComment {
        key: EffectKey::new(key),
        issue: issue.clone(),
        author: Role::new(Role::ANALYST),
        html: html.to_owned(),
    }
}
