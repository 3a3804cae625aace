//! Issues and the log of changes.

use std::collections::BTreeSet;

use pipeline_core::id::{ActivityId, CommentId, EffectKey, IssueId};
use pipeline_core::observation::{Blocker, ItemComment, ItemObservation, StateActivity};
use pipeline_core::port::PortError;
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;

use crate::fake::board::{BoardComment, OWN_ACCOUNT};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) issues: Vec<StoredIssue>,
    /// Every change, oldest first; the position is the cursor.
    pub(super) changes: Vec<(IssueId, Timestamp)>,
    /// So many of the oldest changes are forgotten.
    pub(super) forgotten: usize,
    pub(super) missing: BTreeSet<Column>,
    numbered: u64,
}

#[derive(Debug)]
pub(super) struct StoredIssue {
    pub(super) id: IssueId,
    pub(super) sequence: u64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) column: Column,
    pub(super) deleted: bool,
    pub(super) updated_at: Timestamp,
    pub(super) blocked_by: Vec<IssueId>,
    created_at: Timestamp,
    created_in: Column,
    activities: Vec<StateActivity>,
    /// Moves that the feed does not show yet.
    late: Vec<StateActivity>,
    comments: Vec<StoredComment>,
}

#[derive(Debug)]
struct StoredComment {
    id: CommentId,
    at: Timestamp,
    written: BoardComment,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Actor<'a> {
    pub(super) name: &'a str,
    pub(super) own: bool,
}

impl Actor<'static> {
    pub(super) const US: Self = Self {
        name: OWN_ACCOUNT,
        own: true,
    };
}

impl State {
    pub(super) fn find(&self, issue: &IssueId) -> Result<&StoredIssue, PortError> {
        self.issues
            .iter()
            .find(|stored| stored.id == *issue && !stored.deleted)
            .ok_or_else(|| PortError::NotFound(format!("issue {issue}")))
    }

    pub(super) fn find_mut(&mut self, issue: &IssueId) -> Result<&mut StoredIssue, PortError> {
        self.issues
            .iter_mut()
            .find(|stored| stored.id == *issue && !stored.deleted)
            .ok_or_else(|| PortError::NotFound(format!("issue {issue}")))
    }

    pub(super) fn create(
        &mut self,
        column: Column,
        title: &str,
        description: &str,
        now: Timestamp,
    ) -> IssueId {
        let sequence = self.issues.len() as u64 + 1;
        let id = IssueId::new(format!("{sequence:08x}-issue"));
        self.issues.push(StoredIssue {
            id: id.clone(),
            sequence,
            title: title.to_owned(),
            description: description.to_owned(),
            column,
            deleted: false,
            updated_at: now,
            blocked_by: Vec::new(),
            created_at: now,
            created_in: column,
            activities: Vec::new(),
            late: Vec::new(),
            comments: Vec::new(),
        });
        self.note(&id, now);
        id
    }

    /// Whether it was moved.
    pub(super) fn relocate(
        &mut self,
        issue: &IssueId,
        column: Column,
        actor: Actor<'_>,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let id = ActivityId::new(format!("activity-{}", self.number()));
        let stored = self.find_mut(issue)?;
        if stored.column == column {
            return Ok(false);
        }
        stored.column = column;
        stored.activities.push(StateActivity {
            id,
            at: now,
            actor: actor.name.to_owned(),
            own: actor.own,
            to: Some(column),
        });
        self.note(issue, now);
        Ok(true)
    }

    /// Somebody moves the issue, and the feed does not show it yet.
    pub(super) fn relocate_quietly(&mut self, issue: &IssueId, column: Column, who: &str, now: Timestamp) {
        let id = ActivityId::new(format!("activity-{}", self.number()));
        let stored = self.find_mut(issue).unwrap();
        stored.column = column;
        stored.late.push(StateActivity {
            id,
            at: now,
            actor: who.to_owned(),
            own: false,
            to: Some(column),
        });
        self.note(issue, now);
    }

    /// The feed shows every move of the issue, in the order in which they were made.
    pub(super) fn catch_up(&mut self, issue: &IssueId, now: Timestamp) {
        let stored = self.find_mut(issue).unwrap();
        let late = std::mem::take(&mut stored.late);
        stored.activities.extend(late);
        stored.activities.sort_by_key(|activity| activity.at);
        self.note(issue, now);
    }

    /// One comment per key.
    pub(super) fn comment(
        &mut self,
        issue: &IssueId,
        (author, text): (&str, &str),
        key: Option<EffectKey>,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let id = CommentId::new(format!("comment-{}", self.number()));
        let stored = self.find_mut(issue)?;
        let is_known = key.is_some() && stored.comments.iter().any(|other| other.written.key == key);
        if is_known {
            return Ok(());
        }
        let written = BoardComment {
            author: author.to_owned(),
            text: text.to_owned(),
            key,
        };
        stored.comments.push(StoredComment { id, at: now, written });
        self.note(issue, now);
        Ok(())
    }

    pub(super) fn note(&mut self, issue: &IssueId, now: Timestamp) {
        self.changes.push((issue.clone(), now));
        if let Ok(stored) = self.find_mut(issue) {
            stored.updated_at = now;
        }
    }

    pub(super) fn observe(&self, issue: &IssueId) -> ItemObservation {
        let Some(stored) = self.issues.iter().find(|stored| stored.id == *issue) else {
            return unknown(issue);
        };
        ItemObservation {
            issue: stored.id.clone(),
            sequence: stored.sequence,
            title: stored.title.clone(),
            description: stored.description.clone(),
            column: Some(stored.column),
            deleted: stored.deleted,
            created_at: stored.created_at,
            created_in: Some(stored.created_in),
            activities: stored.activities.clone(),
            comments: stored.comments.iter().map(observed).collect(),
            blocked_by: stored.blocked_by.iter().map(|id| self.blocker(id)).collect(),
            url: None,
        }
    }

    fn blocker(&self, issue: &IssueId) -> Blocker {
        let found = self.find(issue).ok();
        Blocker {
            issue: issue.clone(),
            label: found.map_or_else(|| issue.to_string(), |stored| format!("#{}", stored.sequence)),
            finished: found.is_none_or(StoredIssue::is_finished),
            leads_back: None,
        }
    }

    fn number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }
}

impl StoredIssue {
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.column, Column::Done | Column::Cancelled)
    }

    pub(super) fn written(&self) -> Vec<BoardComment> {
        self.comments
            .iter()
            .map(|comment| comment.written.clone())
            .collect()
    }
}

fn observed(comment: &StoredComment) -> ItemComment {
    let own = comment.written.key.is_some();
    let text = if own {
        without_tags(&comment.written.text)
    } else {
        comment.written.text.clone()
    };
    ItemComment {
        id: comment.id.clone(),
        at: comment.at,
        author: comment.written.author.clone(),
        own,
        text,
    }
}

fn unknown(issue: &IssueId) -> ItemObservation {
    ItemObservation {
        issue: issue.clone(),
        sequence: 0,
        title: String::new(),
        description: String::new(),
        column: None,
        deleted: true,
        created_at: Timestamp::default(),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.replace("<br>", "\n").chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            other if !is_tag => text.push(other),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
