//! A board in memory that keeps the port's promises.

use std::sync::Mutex;

use async_trait::async_trait;
use pipeline_core::id::{ActivityId, CommentId, IssueId, ProjectId};
use pipeline_core::observation::{ItemComment, ItemObservation, StateActivity};
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, BoardIssue, ChatMessage, NewIssue};
use pipeline_core::stage::Column;
use testkit::sample;

#[derive(Default)]
pub(crate) struct MemoryBoard {
    items: Mutex<Vec<ItemObservation>>,
    pub(crate) chat: Mutex<Vec<ChatMessage>>,
    pub(crate) refuses_moves: Mutex<Option<PortError>>,
}

impl MemoryBoard {
    pub(crate) fn item(&self, issue: &str) -> ItemObservation {
        let items = self.items.lock().unwrap();
        items
            .iter()
            .find(|item| item.issue.as_str() == issue)
            .unwrap()
            .clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    /// Puts an issue there; its id is `issue-{number}`.
    pub(crate) fn put(&self, title: &str, description: &str) -> String {
        let mut items = self.items.lock().unwrap();
        let sequence = items.len() as u64 + 1;
        items.push(ItemObservation {
            issue: IssueId::new(format!("issue-{sequence}")),
            sequence,
            title: title.to_owned(),
            description: description.to_owned(),
            column: Some(Column::Todo),
            deleted: false,
            created_at: sample::START,
            created_in: Some(Column::Todo),
            activities: Vec::new(),
            comments: Vec::new(),
            blocked_by: Vec::new(),
            url: None,
        });
        format!("issue-{sequence}")
    }

    /// The issue moves there, changed so many seconds after the start.
    pub(crate) fn finish(&self, issue: &str, column: Column, seconds: i64) {
        let changed = self.change(&IssueId::new(issue), |item| {
            item.column = Some(column);
            item.created_at = sample::at(seconds);
        });
        changed.unwrap();
    }

    fn change(&self, issue: &IssueId, change: impl FnOnce(&mut ItemObservation)) -> Result<(), PortError> {
        let mut items = self.items.lock().unwrap();
        let item = items
            .iter_mut()
            .find(|item| item.issue == *issue)
            .ok_or_else(|| PortError::NotFound(format!("issue {issue}")))?;
        change(item);
        Ok(())
    }
}

#[async_trait]
impl Board for MemoryBoard {
    async fn issues(&self, _project: &ProjectId) -> Result<Vec<BoardIssue>, PortError> {
        let items = self.items.lock().unwrap();
        let row = |item: &ItemObservation| BoardIssue {
            issue: item.issue.clone(),
            sequence: item.sequence,
            title: item.title.clone(),
            column: item.column.unwrap(),
            updated_at: item.created_at,
        };
        Ok(items.iter().map(row).collect())
    }

    async fn issue(&self, _project: &ProjectId, issue: &IssueId) -> Result<ItemObservation, PortError> {
        let mut found = None;
        self.change(issue, |item| found = Some(item.clone()))?;
        found.ok_or_else(|| PortError::NotFound(format!("issue {issue}")))
    }

    async fn create(&self, _project: &ProjectId, issue: NewIssue) -> Result<IssueId, PortError> {
        if issue.title.is_empty() {
            return Err(PortError::Permanent("the title is empty".to_owned()));
        }
        let id = IssueId::new(self.put(&issue.title, &issue.description));
        self.change(&id, |item| item.column = Some(issue.column))?;
        Ok(id)
    }

    async fn relocate(
        &self,
        _project: &ProjectId,
        issue: &IssueId,
        column: Column,
        by: &str,
    ) -> Result<(), PortError> {
        if let Some(error) = self.refuses_moves.lock().unwrap().clone() {
            return Err(error);
        }
        self.change(issue, |item| {
            item.column = Some(column);
            item.activities.push(StateActivity {
                id: ActivityId::new(format!("activity-{}", item.activities.len())),
                at: sample::START,
                actor: by.to_owned(),
                own: false,
                to: Some(column),
            });
        })
    }

    async fn say(
        &self,
        _project: &ProjectId,
        issue: &IssueId,
        text: &str,
        by: &str,
    ) -> Result<(), PortError> {
        self.change(issue, |item| {
            item.comments.push(ItemComment {
                id: CommentId::new(format!("comment-{}", item.comments.len())),
                at: sample::START,
                author: by.to_owned(),
                own: false,
                text: text.to_owned(),
            });
        })
    }

    async fn messages(&self, _project: &ProjectId) -> Result<Vec<ChatMessage>, PortError> {
        Ok(self.chat.lock().unwrap().clone())
    }
}
