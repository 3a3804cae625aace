//! The conformance suites of the ports that the board stands behind.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use pipeline_core::id::{IssueId, ProjectId, TaskId};
use pipeline_core::observation::Hint;
use pipeline_core::port::board::{Board, ChatMessage, NewIssue};
use pipeline_core::port::chat::Chat;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::tracker::Tracker;
use pipeline_core::stage::Column;
use tempfile::TempDir;
use testkit::conformance::chat::ChatHarness;
use testkit::conformance::source::SourceHarness;
use testkit::conformance::tracker::{OnBoard, TrackerHarness};
use testkit::conformance::{board, chat, source, tracker};
use testkit::fake::clock::FakeClock;
use tracker_local::LocalBoard;

/// A board on a file of its own, kept as long as the harness.
struct Harness {
    people: OnBoard,
    board: Arc<LocalBoard>,
    issues: AtomicU32,
    _folder: TempDir,
}

impl Harness {
    fn new() -> Arc<Self> {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(FakeClock::new());
        let board = LocalBoard::open(&folder.path().join("board.db"), clock).unwrap();
        let project = ProjectId::new("et");
        Arc::new(Self {
            people: OnBoard {
                tracker: Arc::new(board.tracker(project.clone())),
                board: board.clone(),
                project,
            },
            board,
            issues: AtomicU32::new(0),
            _folder: folder,
        })
    }

    async fn messages(&self, alert: bool) -> Vec<String> {
        let messages = self.board.messages(&self.people.project).await.unwrap();
        let of_kind = |message: &ChatMessage| message.alert == alert;
        messages
            .into_iter()
            .filter(of_kind)
            .map(|message| message.text)
            .collect()
    }
}

#[async_trait]
impl TrackerHarness for Harness {
    fn tracker(&self) -> Arc<dyn Tracker> {
        self.people.tracker()
    }

    async fn create_issue(&self, column: Column, title: &str, description: &str) -> IssueId {
        self.people.create_issue(column, title, description).await
    }

    async fn move_as_person(&self, issue: &IssueId, column: Column, by: &str) {
        self.people.move_as_person(issue, column, by).await;
    }

    async fn comment_as_person(&self, issue: &IssueId, text: &str, by: &str) {
        self.people.comment_as_person(issue, text, by).await;
    }

    async fn delete_issue(&self, issue: &IssueId) -> bool {
        self.board.delete(&self.people.project, issue).await.unwrap();
        true
    }
}

#[async_trait]
impl ChatHarness for Harness {
    fn chat(&self) -> Arc<dyn Chat> {
        Arc::new(self.board.chat(self.people.project.clone()))
    }

    async fn live(&self) -> Vec<String> {
        self.messages(false).await
    }

    async fn rang(&self) -> Vec<String> {
        self.messages(true).await
    }

    async fn delete_live(&self, _task: TaskId) -> bool {
        false
    }
}

#[async_trait]
impl SourceHarness for Harness {
    fn source(&self) -> Arc<dyn EventSource> {
        self.board.clone()
    }

    async fn change(&self) -> (ProjectId, Hint) {
        let number = self.issues.fetch_add(1, Ordering::SeqCst);
        let issue = NewIssue {
            title: format!("Issue {number}"),
            description: String::new(),
            column: Column::Todo,
            by: "ann".to_owned(),
        };
        let project = self.people.project.clone();
        let issue = self.board.create(&project, issue).await.unwrap();
        (project, Hint::Item(issue))
    }
}

#[tokio::test]
async fn it_is_a_tracker() {
    tracker::all(|| async { Harness::new() as Arc<dyn TrackerHarness> }).await;
}

#[tokio::test]
async fn it_is_a_chat() {
    chat::all(|| async { Harness::new() as Arc<dyn ChatHarness> }).await;
}

#[tokio::test]
async fn it_is_a_source() {
    source::all(|| async { Harness::new() as Arc<dyn SourceHarness> }).await;
}

#[tokio::test]
async fn it_is_a_board() {
    let folder = TempDir::new().unwrap();
    let files = AtomicU32::new(0);
    board::all(async || {
        let file = format!("{}.db", files.fetch_add(1, Ordering::SeqCst));
        let clock = Arc::new(FakeClock::new());
        let board = LocalBoard::open(&folder.path().join(file), clock).unwrap();
        (board as Arc<dyn Board>, ProjectId::new("et"))
    })
    .await;
}
