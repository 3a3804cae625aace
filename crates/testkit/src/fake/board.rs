//! A board with one project: the tracker as the pipeline sees it, the board as people see it, and the feed in between.

mod state;
mod tracker;
mod people;
mod feed;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::id::{EffectKey, IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::stage::Column;
use tokio::sync::Notify;

use crate::fake::board::state::{Actor, State, StoredIssue};
use crate::fake::chat::FakeChat;
use crate::fake::faults::Faults;

/// The account of the pipeline on this board.
pub const OWN_ACCOUNT: &str = "orchd";

/// The name of its feed as a source of news.
pub const SOURCE: &str = "fake-board";

/// A comment as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardComment {
    /// The role in whose voice it was written, or the person.
    pub author: String,
    /// As written: HTML by the pipeline, plain text by people.
    pub text: String,
    /// The key, when the pipeline wrote it.
    pub key: Option<EffectKey>,
}

/// A board with one project.
pub struct FakeBoard {
    /// Which calls of the tracker fail; people and the feed are not disturbed.
    pub faults: Faults,
    /// Which reads of the feed fail.
    pub feed_faults: Faults,
    project: ProjectId,
    clock: Arc<dyn Clock>,
    chat: Option<Arc<FakeChat>>,
    state: Mutex<State>,
    changed: Notify,
}

impl FakeBoard {
    /// An empty board.
    #[must_use]
    pub fn new(project: ProjectId, clock: Arc<dyn Clock>) -> Self {
        Self {
            faults: Faults::default(),
            feed_faults: Faults::default(),
            project,
            clock,
            chat: None,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Shows the messages of this chat on the board.
    #[must_use]
    pub fn with_chat(mut self, chat: Arc<FakeChat>) -> Self {
        self.chat = Some(chat);
        self
    }

    /// Its project.
    #[must_use]
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    /// A person writes an issue into Todo.
    pub fn create_issue(&self, title: &str, description: &str) -> IssueId {
        self.create_issue_in(Column::Todo, title, description)
    }

    /// A person writes an issue into this column.
    pub fn create_issue_in(&self, column: Column, title: &str, description: &str) -> IssueId {
        self.write(|state| state.create(column, title, description, self.clock.now()))
    }

    /// A person moves an issue; nothing happens when it is there already.
    pub fn person_moves(&self, issue: &IssueId, column: Column, who: &str) {
        let actor = Actor {
            name: who,
            own: false,
        };
        self.write(|state| state.relocate(issue, column, actor, self.clock.now()).unwrap());
    }

    /// A person moves an issue; the issue shows it at once, its activities do not.
    pub fn person_moves_quietly(&self, issue: &IssueId, column: Column, who: &str) {
        self.write(|state| state.relocate_quietly(issue, column, who, self.clock.now()));
    }

    /// The activities of an issue show every move.
    pub fn activities_catch_up(&self, issue: &IssueId) {
        self.write(|state| state.catch_up(issue, self.clock.now()));
    }

    /// A person moves an issue with the pipeline's account.
    pub fn person_moves_as_us(&self, issue: &IssueId, column: Column) {
        self.write(|state| {
            state
                .relocate(issue, column, Actor::US, self.clock.now())
                .unwrap()
        });
    }

    /// A person writes a comment.
    pub fn person_comments(&self, issue: &IssueId, text: &str, who: &str) {
        self.write(|state| state.comment(issue, (who, text), None, self.clock.now()).unwrap());
    }

    /// A person deletes an issue.
    pub fn delete_issue(&self, issue: &IssueId) {
        self.edit(issue, |stored| stored.deleted = true);
    }

    /// A person changes the description.
    pub fn edit_description(&self, issue: &IssueId, description: &str) {
        self.edit(issue, |stored| description.clone_into(&mut stored.description));
    }

    /// A person says that `issue` waits for `blocker`.
    pub fn block(&self, issue: &IssueId, blocker: &IssueId) {
        self.edit(issue, |stored| stored.blocked_by.push(blocker.clone()));
    }

    /// A person says that `issue` does not wait for `blocker` any more.
    pub fn unblock(&self, issue: &IssueId, blocker: &IssueId) {
        self.edit(issue, |stored| stored.blocked_by.retain(|other| other != blocker));
    }

    /// The board has these columns no more.
    pub fn remove_columns(&self, columns: &[Column]) {
        self.write(|state| state.missing.extend(columns));
    }

    /// The columns that were taken away.
    #[must_use]
    pub fn missing_columns(&self) -> BTreeSet<Column> {
        self.read(|state| state.missing.clone())
    }

    /// Where the issue stands.
    #[must_use]
    pub fn column(&self, issue: &IssueId) -> Column {
        self.read(|state| state.find(issue).unwrap().column)
    }

    /// Its comments, oldest first.
    #[must_use]
    pub fn comments(&self, issue: &IssueId) -> Vec<BoardComment> {
        self.read(|state| state.find(issue).unwrap().written())
    }

    /// The issue as the tracker would answer now, past all faults.
    #[must_use]
    pub fn look(&self, issue: &IssueId) -> ItemObservation {
        self.read(|state| state.observe(issue))
    }

    fn edit(&self, issue: &IssueId, change: impl FnOnce(&mut StoredIssue)) {
        self.write(|state| {
            change(state.find_mut(issue).unwrap());
            state.note(issue, self.clock.now());
        });
    }

    fn check_project(&self, project: &ProjectId) -> Result<(), PortError> {
        if *project == self.project {
            return Ok(());
        }
        Err(PortError::NotFound(format!("project {project}")))
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let answer = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
        answer
    }
}
