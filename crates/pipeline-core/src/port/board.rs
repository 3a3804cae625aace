//! The embedded board as people use it: the local tracker seen from the page. Trackers with pages of their own have no such port.

use async_trait::async_trait;

use crate::id::{IssueId, ProjectId};
use crate::observation::ItemObservation;
use crate::port::PortError;
use crate::stage::Column;
use crate::time::Timestamp;

/// An issue as a row of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardIssue {
    /// Which.
    pub issue: IssueId,
    /// Its number in the project.
    pub sequence: u64,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub column: Column,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An issue that a person writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssue {
    /// Title; not empty, at most 255 characters.
    pub title: String,
    /// Description, Markdown or plain text; at most 256 KiB.
    pub description: String,
    /// The column it is created in.
    pub column: Column,
    /// Who writes it.
    pub by: String,
}

/// A message that the local chat holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// The text.
    pub text: String,
    /// It rang; false: the task's live message.
    pub alert: bool,
    /// When it was sent or last edited.
    pub at: Timestamp,
}

/// The embedded board.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Board: Send + Sync {
    /// The issues of a project, oldest first.
    async fn issues(&self, project: &ProjectId) -> Result<Vec<BoardIssue>, PortError>;

    /// One issue with activities and comments; `NotFound`.
    async fn issue(&self, project: &ProjectId, issue: &IssueId) -> Result<ItemObservation, PortError>;

    /// Writes an issue; `Permanent` says what is wrong with it.
    async fn create(&self, project: &ProjectId, issue: NewIssue) -> Result<IssueId, PortError>;

    /// Moves an issue as a person; an activity appears in the feed.
    async fn relocate(
        &self,
        project: &ProjectId,
        issue: &IssueId,
        column: Column,
        by: &str,
    ) -> Result<(), PortError>;

    /// Writes a comment as a person; plain text, at most 64 KiB.
    async fn say(&self, project: &ProjectId, issue: &IssueId, text: &str, by: &str) -> Result<(), PortError>;

    /// The local chat's messages of a project, oldest first.
    async fn messages(&self, project: &ProjectId) -> Result<Vec<ChatMessage>, PortError>;
}
