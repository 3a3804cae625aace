//! The board as the pipeline sees it.

use async_trait::async_trait;
use pipeline_core::id::IssueId;
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;

use crate::fake::board::FakeBoard;
use crate::fake::board::state::Actor;

#[async_trait]
impl Tracker for FakeBoard {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        self.faults
            .port("observe", || Ok(self.read(|state| state.observe(issue))))
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        self.faults.port("open_issues", || {
            Ok(self.read(|state| {
                let open = state
                    .issues
                    .iter()
                    .filter(|stored| !stored.deleted && !stored.is_finished());
                open.map(|stored| stored.id.clone()).collect()
            }))
        })
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        self.faults.port("comment", || {
            let said = (comment.author.as_str(), comment.html.as_str());
            let key = Some(comment.key.clone());
            self.write(|state| state.comment(&comment.issue, said, key, self.clock.now()))
        })
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        self.faults.port("move_to", || {
            self.write(|state| {
                state.find(issue)?;
                let Some(column) = present(column, |column| !state.missing.contains(&column)) else {
                    return Ok(Moved::NoSuchColumn);
                };
                let moved = state.relocate(issue, column, Actor::US, self.clock.now())?;
                Ok(if moved { Moved::Moved } else { Moved::AlreadyThere })
            })
        })
    }

    async fn check(&self) -> Result<(), PortError> {
        self.faults.port("check", || {
            let missing = self.missing_columns();
            let orders = [Column::InProgress, Column::Approved, Column::Rejected];
            match orders.into_iter().find(|column| missing.contains(column)) {
                Some(column) => Err(PortError::Permanent(format!(
                    "the board has no column '{column}'; add it"
                ))),
                None => Ok(()),
            }
        })
    }
}

/// The column itself or what the board falls back to (behaviour §5).
fn present(column: Column, has: impl Fn(Column) -> bool) -> Option<Column> {
    if has(column) {
        return Some(column);
    }
    match column {
        Column::NeedsInput | Column::InReview | Column::Blocked => {
            Some(Column::Todo).filter(|todo| has(*todo))
        }
        Column::Backlog
        | Column::Todo
        | Column::InProgress
        | Column::Architecture
        | Column::Development
        | Column::Review
        | Column::Testing
        | Column::Approved
        | Column::Rejected
        | Column::Done
        | Column::Cancelled => None,
    }
}
