//! The board, its feed and the chat in memory keep their ports' promises.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, IssueId, ProjectId, TaskId};
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::board::Board;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::role::Role;
use pipeline_core::stage::Column;
use testkit::conformance;
use testkit::conformance::chat::ChatHarness;
use testkit::conformance::source::SourceHarness;
use testkit::conformance::tracker::{OnBoard, TrackerHarness};
use testkit::fake::board::FakeBoard;
use testkit::fake::chat::FakeChat;
use testkit::fake::clock::FakeClock;
use testkit::fake::faults::Fault;

struct OnFake(Arc<FakeBoard>);

#[async_trait]
impl TrackerHarness for OnFake {
    fn tracker(&self) -> Arc<dyn Tracker> {
        Arc::clone(&self.0) as Arc<dyn Tracker>
    }

    async fn create_issue(&self, column: Column, title: &str, description: &str) -> IssueId {
        self.0.create_issue_in(column, title, description)
    }

    async fn move_as_person(&self, issue: &IssueId, column: Column, by: &str) {
        self.0.person_moves(issue, column, by);
    }

    async fn comment_as_person(&self, issue: &IssueId, text: &str, by: &str) {
        self.0.person_comments(issue, text, by);
    }

    async fn delete_issue(&self, issue: &IssueId) -> bool {
        self.0.delete_issue(issue);
        true
    }
}

#[async_trait]
impl SourceHarness for OnFake {
    fn source(&self) -> Arc<dyn EventSource> {
        Arc::clone(&self.0) as Arc<dyn EventSource>
    }

    async fn change(&self) -> (ProjectId, Hint) {
        let issue = self.0.create_issue("An issue", "Something has to be done.");
        (self.0.project().clone(), Hint::Item(issue))
    }
}

#[async_trait]
impl ChatHarness for FakeChatHarness {
    fn chat(&self) -> Arc<dyn Chat> {
        Arc::clone(&self.0) as Arc<dyn Chat>
    }

    async fn live(&self) -> Vec<String> {
        let messages = self.0.messages().into_iter();
        messages.map(|message| message.text).collect()
    }

    async fn rang(&self) -> Vec<String> {
        self.0.alerts().into_iter().map(|alert| alert.text).collect()
    }

    async fn delete_live(&self, task: TaskId) -> bool {
        self.0.delete_message(task);
        true
    }
}

struct FakeChatHarness(Arc<FakeChat>);

fn board() -> Arc<FakeBoard> {
    let clock = Arc::new(FakeClock::new());
    Arc::new(FakeBoard::new(ProjectId::new("et"), clock))
}

#[tokio::test]
async fn the_fake_tracker_conforms() {
    conformance::tracker::all(|| async { Arc::new(OnFake(board())) as Arc<dyn TrackerHarness> }).await;
}

#[tokio::test]
async fn the_fake_tracker_conforms_when_people_use_its_board() {
    conformance::tracker::all(|| async {
        let board = board();
        let harness = OnBoard {
            tracker: Arc::clone(&board) as Arc<dyn Tracker>,
            project: board.project().clone(),
            board,
        };
        Arc::new(harness) as Arc<dyn TrackerHarness>
    })
    .await;
}

#[tokio::test]
async fn the_fake_board_conforms() {
    conformance::board::all(|| async { (board() as Arc<dyn Board>, ProjectId::new("et")) }).await;
}

#[tokio::test]
async fn the_fake_boards_feed_conforms() {
    conformance::source::all(|| async { Arc::new(OnFake(board())) as Arc<dyn SourceHarness> }).await;
}

#[tokio::test]
async fn the_fake_chat_conforms() {
    conformance::chat::all(|| async {
        let chat = Arc::new(FakeChat::new(Arc::new(FakeClock::new())));
        Arc::new(FakeChatHarness(chat)) as Arc<dyn ChatHarness>
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_leaves_the_comment() {
    let board = board();
    let issue = board.create_issue("An issue", "Something has to be done.");
    let comment = NewComment {
        key: EffectKey::new("1-e1"),
        issue: issue.clone(),
        author: Role::stream(),
        html: "words".to_owned(),
    };
    board.faults.fail_next("comment", 1, &Fault::After);
    let lost = board.comment(&comment).await;
    assert!(matches!(lost, Err(PortError::Ambiguous(_))), "{lost:?}");
    board.comment(&comment).await.unwrap();
    assert_eq!(board.comments(&issue).len(), 1);
}

#[tokio::test]
async fn a_board_without_a_column_falls_back_or_says_so() {
    let board = board();
    board.remove_columns(&[Column::NeedsInput, Column::Review, Column::Approved]);
    let issue = board.create_issue_in(Column::InProgress, "An issue", "Something has to be done.");
    for (column, answer, stands) in [
        (Column::Review, Moved::NoSuchColumn, Column::InProgress),
        (Column::NeedsInput, Moved::Moved, Column::Todo),
        (Column::NeedsInput, Moved::AlreadyThere, Column::Todo),
    ] {
        assert_eq!(board.move_to(&issue, column).await.unwrap(), answer);
        assert_eq!(board.column(&issue), stands);
    }
    let refused = Tracker::check(board.as_ref()).await;
    assert!(matches!(refused, Err(PortError::Permanent(_))), "{refused:?}");
}
