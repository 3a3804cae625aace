//! The demo operator: does on the board what a person would do. It looks at states, so it may be killed and started again at any moment.

use std::sync::Arc;

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::stage::Column;
use pipeline_core::task::{Task, TaskState, Wait};

use crate::issue::Issue;

/// The name under which the operator acts.
pub(crate) const NAME: &str = "demo operator";
const ANSWER: &str =
    "Do what the issue says in the simplest way; where it leaves a choice, take the more usual one.";

/// Acts on the board of one project.
pub(crate) struct Operator {
    pub(crate) board: Arc<dyn Board>,
    pub(crate) project: ProjectId,
}

impl Operator {
    /// Writes the issue, unless it is there already.
    pub(crate) async fn write(&self, issue: &Issue) -> Result<IssueId, PortError> {
        let known = self.board.issues(&self.project).await?;
        if let Some(known) = known.into_iter().find(|known| known.title == issue.title) {
            return Ok(known.issue);
        }
        let new = NewIssue {
            title: issue.title.clone(),
            description: issue.description.clone(),
            column: Column::Todo,
            by: NAME.to_owned(),
        };
        self.board.create(&self.project, new).await
    }

    /// Moves the issue to In Progress, unless somebody has moved it before.
    pub(crate) async fn start(&self, issue: &IssueId) -> Result<(), PortError> {
        let seen = self.board.issue(&self.project, issue).await?;
        if seen.activities.is_empty() {
            self.board
                .relocate(&self.project, issue, Column::InProgress, NAME)
                .await?;
        }
        Ok(())
    }

    /// Approves or answers when the task asks for it. Repeating it in the same state does nothing.
    pub(crate) async fn attend(&self, task: &Task) -> Result<(), PortError> {
        match &task.state {
            TaskState::Waiting(Wait::Human(_)) => self.order(task, Column::Approved).await,
            TaskState::Waiting(Wait::Answers) => {
                self.answer(task).await?;
                self.order(task, Column::InProgress).await
            }
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled => Ok(()),
        }
    }

    /// Gives the order once: not when it was given since the question.
    async fn order(&self, task: &Task, column: Column) -> Result<(), PortError> {
        let seen = self.board.issue(&self.project, &task.issue).await?;
        let shown = seen.column == Some(Column::InReview) || seen.column == Some(Column::NeedsInput);
        let given = seen.activities.iter().any(|activity| {
            activity.actor == NAME && activity.to == Some(column) && activity.at >= task.since
        });
        if shown && !given {
            self.board
                .relocate(&self.project, &task.issue, column, NAME)
                .await?;
        }
        Ok(())
    }

    async fn answer(&self, task: &Task) -> Result<(), PortError> {
        let seen = self.board.issue(&self.project, &task.issue).await?;
        let said = seen
            .comments
            .iter()
            .any(|comment| comment.author == NAME && comment.at >= task.since);
        if !said {
            self.board.say(&self.project, &task.issue, ANSWER, NAME).await?;
        }
        Ok(())
    }
}
