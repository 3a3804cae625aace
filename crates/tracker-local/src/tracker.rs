//! The board as the pipeline uses it, with an account of its own.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;

use crate::activities::{Actor, move_issue};
use crate::changes::{self, Change};
use crate::comments::{self, Written};
use crate::database::Database;
use crate::issues;

/// The name by which our own moves are known.
pub const ACCOUNT: &str = "orchd";

/// One project of the board. Cheap to make.
pub struct LocalTracker {
    database: Arc<Database>,
    project: ProjectId,
}

impl LocalTracker {
    pub(crate) fn new(database: Arc<Database>, project: ProjectId) -> Self {
        Self { database, project }
    }
}

#[async_trait]
impl Tracker for LocalTracker {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        let (project, issue) = (self.project.clone(), issue.clone());
        self.database
            .read(move |db| {
                let seen = issues::observe(db, &project, &issue)?;
                Ok(seen.unwrap_or_else(|| issues::never_was(&issue)))
            })
            .await
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        let project = self.project.clone();
        self.database
            .read(move |db| Ok(issues::open_ones(db, &project)?))
            .await
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        let (project, comment) = (self.project.clone(), comment.clone());
        self.database
            .write(move |db, now| {
                let row = issues::find(db, &project, &comment.issue)?.row;
                match comments::insert_ours(db, row, &comment, now)? {
                    Written::Before => Ok(()),
                    Written::Written => {
                        issues::touch(db, row, now)?;
                        Ok(changes::insert(db, row, Change::Commented, now)?)
                    }
                }
            })
            .await
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        let (project, issue) = (self.project.clone(), issue.clone());
        self.database
            .write(move |db, now| {
                let place = issues::find(db, &project, &issue)?;
                if place.column == column {
                    return Ok(Moved::AlreadyThere);
                }
                let actor = Actor {
                    name: ACCOUNT,
                    own: true,
                };
                move_issue(db, place, column, actor, now)?;
                changes::insert(db, place.row, Change::Moved, now)?;
                Ok(Moved::Moved)
            })
            .await
    }

    /// The file answers. Every column is always there.
    async fn check(&self) -> Result<(), PortError> {
        let project = self.project.clone();
        self.database
            .read(move |db| Ok(issues::open_ones(db, &project).map(drop)?))
            .await
    }
}
