//! The board that people work on.

use async_trait::async_trait;

use crate::id::{EffectKey, IssueId};
use crate::observation::ItemObservation;
use crate::port::PortError;
use crate::role::Role;
use crate::stage::Column;

/// A comment to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// Idempotency key; kept with the comment as its external id.
    pub key: EffectKey,
    /// On which issue.
    pub issue: IssueId,
    /// In whose voice.
    pub author: Role,
    /// HTML, already escaped.
    pub html: String,
}

/// What came of moving an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It was moved by us; an activity of our own account will appear in the feed.
    Moved,
    /// It was there already; nothing was written.
    AlreadyThere,
    /// The board has no such column and none to fall back to; nothing was written.
    NoSuchColumn,
}

/// The tracker of one project.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Tracker: Send + Sync {
    /// Reads the issue with its activities and comments. An issue that is gone is an observation with `deleted`, not an error.
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError>;

    /// Issues that are not finished: what the sweep looks at.
    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError>;

    /// Writes a comment. Guarantee: with the same key there is one comment, however often this is called.
    /// `NotFound` when the issue is gone.
    async fn comment(&self, comment: &NewComment) -> Result<(), PortError>;

    /// Moves the issue. Falls back as the board needs it (Needs Input, In Review, Blocked and stage columns). Repeating is harmless.
    /// `NotFound` when the issue is gone.
    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError>;

    /// The board answers, our access is good and the columns that give orders are there; `Permanent` says which is missing.
    async fn check(&self) -> Result<(), PortError>;
}
