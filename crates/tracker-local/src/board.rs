//! The board as people use it. Must not know what the pipeline does with it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, BoardIssue, ChatMessage, NewIssue};
use pipeline_core::port::clock::Clock;
use pipeline_core::stage::Column;

use crate::activities::{Actor, move_issue};
use crate::changes::{self, Change};
use crate::chat::LocalChat;
use crate::database::Database;
use crate::database::opening::OpenError;
use crate::tracker::LocalTracker;
use crate::{comments, issues, limits, messages, relations};

/// The boards of all projects, in one file.
pub struct LocalBoard {
    pub(crate) database: Arc<Database>,
}

impl LocalBoard {
    /// Opens the file, or creates it; brings an older schema up to date. Blocks.
    ///
    /// # Errors
    /// [`OpenError`]: the file is newer, damaged, something else or not accessible; it is left as it is.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        let database = Database::open(path, clock)?;
        Ok(Arc::new(Self { database }))
    }

    /// The tracker of a project. A project needs no other set-up than its first issue.
    #[must_use]
    pub fn tracker(&self, project: ProjectId) -> LocalTracker {
        LocalTracker::new(Arc::clone(&self.database), project)
    }

    /// The chat of a project; its messages are read with [`Board::messages`].
    #[must_use]
    pub fn chat(&self, project: ProjectId) -> LocalChat {
        LocalChat::new(Arc::clone(&self.database), project)
    }

    /// Notes that `issue` has to wait for `blocker`, of the same project. Repeating is harmless.
    ///
    /// # Errors
    /// `NotFound` when one of them is not there, `Permanent` when they are the same.
    pub async fn relate_blocked_by(
        &self,
        project: &ProjectId,
        issue: &IssueId,
        blocker: &IssueId,
    ) -> Result<(), PortError> {
        if issue == blocker {
            return Err(PortError::Permanent(format!(
                "issue {issue} cannot wait for itself"
            )));
        }
        let (project, issue, blocker) = (project.clone(), issue.clone(), blocker.clone());
        self.database
            .write(move |db, now| {
                let waiting = issues::find(db, &project, &issue)?.row;
                relations::insert(db, waiting, issues::find(db, &project, &blocker)?.row)?;
                issues::touch(db, waiting, now)?;
                Ok(changes::insert(db, waiting, Change::Related, now)?)
            })
            .await
    }

    /// Deletes an issue as a person. Its number is not used again.
    ///
    /// # Errors
    /// `NotFound` when it is not there (any more).
    pub async fn delete(&self, project: &ProjectId, issue: &IssueId) -> Result<(), PortError> {
        let (project, issue) = (project.clone(), issue.clone());
        self.database
            .write(move |db, now| {
                let row = issues::find(db, &project, &issue)?.row;
                issues::set_deleted(db, row, now)?;
                Ok(changes::insert(db, row, Change::Deleted, now)?)
            })
            .await
    }
}

#[async_trait]
impl Board for LocalBoard {
    async fn issues(&self, project: &ProjectId) -> Result<Vec<BoardIssue>, PortError> {
        let project = project.clone();
        self.database
            .read(move |db| Ok(issues::of_project(db, &project)?))
            .await
    }

    async fn issue(&self, project: &ProjectId, issue: &IssueId) -> Result<ItemObservation, PortError> {
        let (project, issue) = (project.clone(), issue.clone());
        self.database
            .read(move |db| {
                issues::find(db, &project, &issue)?;
                let seen = issues::observe(db, &project, &issue)?;
                Ok(seen.unwrap_or_else(|| issues::never_was(&issue)))
            })
            .await
    }

    async fn create(&self, project: &ProjectId, issue: NewIssue) -> Result<IssueId, PortError> {
        limits::check_issue(&issue)?;
        let project = project.clone();
        self.database
            .write(move |db, now| {
                let (row, id) = issues::insert(db, &project, &issue, now)?;
                changes::insert(db, row, Change::Created, now)?;
                Ok(id)
            })
            .await
    }

    async fn relocate(
        &self,
        project: &ProjectId,
        issue: &IssueId,
        column: Column,
        by: &str,
    ) -> Result<(), PortError> {
        limits::check_name(by)?;
        let (project, issue, by) = (project.clone(), issue.clone(), by.to_owned());
        self.database
            .write(move |db, now| {
                let place = issues::find(db, &project, &issue)?;
                if place.column == column {
                    return Ok(());
                }
                let actor = Actor {
                    name: &by,
                    own: false,
                };
                move_issue(db, place, column, actor, now)?;
                Ok(changes::insert(db, place.row, Change::Moved, now)?)
            })
            .await
    }

    async fn say(&self, project: &ProjectId, issue: &IssueId, text: &str, by: &str) -> Result<(), PortError> {
        limits::check_comment(text, by)?;
        let (project, issue) = (project.clone(), issue.clone());
        let (text, by) = (text.to_owned(), by.to_owned());
        self.database
            .write(move |db, now| {
                let row = issues::find(db, &project, &issue)?.row;
                comments::insert_theirs(db, row, &text, &by, now)?;
                issues::touch(db, row, now)?;
                Ok(changes::insert(db, row, Change::Commented, now)?)
            })
            .await
    }

    async fn messages(&self, project: &ProjectId) -> Result<Vec<ChatMessage>, PortError> {
        let project = project.clone();
        self.database
            .read(move |db| Ok(messages::of_project(db, &project)?))
            .await
    }
}
