//! The board as people see it.

use async_trait::async_trait;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, BoardIssue, ChatMessage, NewIssue};
use pipeline_core::stage::Column;

use crate::fake::board::FakeBoard;
use crate::fake::board::state::{Actor, StoredIssue};

#[async_trait]
impl Board for FakeBoard {
    async fn issues(&self, project: &ProjectId) -> Result<Vec<BoardIssue>, PortError> {
        if *project != self.project {
            return Ok(Vec::new());
        }
        Ok(self.read(|state| {
            let shown = state.issues.iter().filter(|stored| !stored.deleted);
            shown.map(row).collect()
        }))
    }

    async fn issue(&self, project: &ProjectId, issue: &IssueId) -> Result<ItemObservation, PortError> {
        self.check_project(project)?;
        self.read(|state| state.find(issue).map(|_| state.observe(issue)))
    }

    async fn create(&self, project: &ProjectId, issue: NewIssue) -> Result<IssueId, PortError> {
        self.check_project(project)?;
        check("the title", &issue.title, issue.title.chars().count(), 255)?;
        check("the author", &issue.by, 0, 255)?;
        if issue.description.len() > 256 << 10 {
            return Err(PortError::Permanent(
                "the description is longer than 256 KiB".to_owned(),
            ));
        }
        Ok(self.create_issue_in(issue.column, &issue.title, &issue.description))
    }

    async fn relocate(
        &self,
        project: &ProjectId,
        issue: &IssueId,
        column: Column,
        by: &str,
    ) -> Result<(), PortError> {
        self.check_project(project)?;
        let actor = Actor { name: by, own: false };
        self.write(|state| state.relocate(issue, column, actor, self.clock.now()))?;
        Ok(())
    }

    async fn say(&self, project: &ProjectId, issue: &IssueId, text: &str, by: &str) -> Result<(), PortError> {
        self.check_project(project)?;
        check("the comment", text, text.len(), 64 << 10)?;
        self.write(|state| state.comment(issue, (by, text), None, self.clock.now()))
    }

    async fn messages(&self, project: &ProjectId) -> Result<Vec<ChatMessage>, PortError> {
        let chat = self.chat.as_ref().filter(|_| *project == self.project);
        Ok(chat.map(|chat| chat.shown_to_people()).unwrap_or_default())
    }
}

fn check(what: &str, text: &str, length: usize, limit: usize) -> Result<(), PortError> {
    if text.trim().is_empty() {
        return Err(PortError::Permanent(format!("{what} is empty; write something")));
    }
    if length > limit {
        return Err(PortError::Permanent(format!(
            "{what} is {length} long; at most {limit} are allowed"
        )));
    }
    Ok(())
}

fn row(stored: &StoredIssue) -> BoardIssue {
    BoardIssue {
        issue: stored.id.clone(),
        sequence: stored.sequence,
        title: stored.title.clone(),
        column: stored.column,
        updated_at: stored.updated_at,
    }
}
