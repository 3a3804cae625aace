//! An outside without a network: a board in memory with its feed, people who approve at once, and a chat that takes everything.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pipeline_core::id::{ActivityId, BranchName, CommentId, EffectKey, IssueId, ProjectId, TaskId};
use pipeline_core::observation::{Hint, ItemComment, ItemObservation, StateActivity};
use pipeline_core::port::PortError;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;
use tokio::sync::{Notify, mpsc};

/// Entries in a page of the feed.
const PAGE: usize = 500;

/// Every project's issues, and one feed of what changed. As on a real board and in a real forge each write is an entry, ours too.
pub(super) struct Board {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    news: Notify,
    done: mpsc::UnboundedSender<IssueId>,
}

#[derive(Default)]
struct State {
    issues: HashMap<IssueId, Issue>,
    feed: Vec<(ProjectId, Hint)>,
    numbered: u64,
}

struct Issue {
    project: ProjectId,
    item: ItemObservation,
    written: HashSet<EffectKey>,
}

impl Board {
    /// An empty board; issues that reach Done are named to `done`.
    pub(super) fn new(clock: Arc<dyn Clock>, done: mpsc::UnboundedSender<IssueId>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            state: Mutex::default(),
            news: Notify::new(),
            done,
        })
    }

    /// Somebody writes an issue and moves it to In Progress.
    pub(super) fn order(&self, project: &ProjectId) -> IssueId {
        let now = self.clock.now();
        let mut state = self.lock();
        state.numbered += 1;
        let sequence = state.numbered;
        let id = IssueId::new(format!("issue-{sequence}"));
        let item = ItemObservation {
            issue: id.clone(),
            sequence,
            title: "Add a greeting".to_owned(),
            description: "The program shall greet the person by name. ".repeat(8),
            column: Some(Column::Todo),
            deleted: false,
            created_at: now,
            created_in: Some(Column::Todo),
            activities: Vec::new(),
            comments: Vec::new(),
            blocked_by: Vec::new(),
            url: None,
        };
        let issue = Issue {
            project: project.clone(),
            item,
            written: HashSet::new(),
        };
        state.issues.insert(id.clone(), issue);
        self.relocate(&mut state, &id, (Column::InProgress, "ann"));
        drop(state);
        self.news.notify_one();
        id
    }

    /// A branch, its statuses or its pull request changed.
    pub(super) fn branch_changed(&self, project: &ProjectId, branch: &BranchName) {
        let entry = (project.clone(), Hint::Branch(branch.clone()));
        self.lock().feed.push(entry);
        self.news.notify_one();
    }

    fn relocate(&self, state: &mut State, id: &IssueId, (column, actor): (Column, &str)) {
        state.numbered += 1;
        let activity = ActivityId::new(format!("activity-{}", state.numbered));
        let Some(issue) = state.issues.get_mut(id) else {
            return;
        };
        issue.item.column = Some(column);
        issue.item.activities.push(StateActivity {
            id: activity,
            at: self.clock.now(),
            actor: actor.to_owned(),
            own: actor == "orchd",
            to: Some(column),
        });
        let entry = (issue.project.clone(), Hint::Item(id.clone()));
        state.feed.push(entry);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Tracker for Board {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        let state = self.lock();
        let found = state.issues.get(issue).map(|issue| issue.item.clone());
        found.ok_or_else(|| PortError::NotFound(format!("issue {issue}")))
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        Ok(Vec::new())
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        let at = self.clock.now();
        let mut state = self.lock();
        let found = state.issues.get_mut(&comment.issue);
        let issue = found.ok_or_else(|| PortError::NotFound(format!("issue {}", comment.issue)))?;
        if issue.written.insert(comment.key.clone()) {
            issue.item.comments.push(ItemComment {
                id: CommentId::new(comment.key.as_str()),
                at,
                author: comment.author.to_string(),
                own: true,
                text: comment.html.clone(),
            });
            let entry = (issue.project.clone(), Hint::Item(comment.issue.clone()));
            state.feed.push(entry);
        }
        Ok(())
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        let mut state = self.lock();
        let found = state.issues.get(issue).map(|issue| issue.item.column);
        if found.ok_or_else(|| PortError::NotFound(format!("issue {issue}")))? == Some(column) {
            return Ok(Moved::AlreadyThere);
        }
        self.relocate(&mut state, issue, (column, "orchd"));
        if column == Column::InReview {
            self.relocate(&mut state, issue, (Column::Approved, "ann"));
        }
        if column == Column::Done {
            // Nobody listens any more when the measurement was given up.
            let _ = self.done.send(issue.clone());
        }
        Ok(Moved::Moved)
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl EventSource for Board {
    fn name(&self) -> &'static str {
        "bench-board"
    }

    fn verify(&self, _: &RawWebhook) -> Result<NewDelivery, Unverified> {
        Err(Unverified::NoSecret("bench-board".to_owned()))
    }

    fn decode(&self, _: &str, body: &[u8]) -> Decoded {
        match serde_json::from_slice::<(ProjectId, Hint)>(body) {
            Ok(hint) => Decoded::Hints(vec![hint]),
            Err(error) => Decoded::Ignored(error.to_string()),
        }
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        let read = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let state = self.lock();
        let entries = state.feed.iter().enumerate().skip(read).take(PAGE);
        let news: Vec<NewDelivery> = entries
            .map(|(at, entry)| NewDelivery {
                key: at.to_string(),
                kind: "change".to_owned(),
                body: serde_json::to_vec(entry).unwrap_or_default(),
            })
            .collect();
        let cursor = (read + news.len()).to_string();
        Ok(FeedPage { news, cursor })
    }

    async fn wait(&self) {
        self.news.notified().await;
    }
}

/// Takes every message.
pub(super) struct Quiet;

#[async_trait]
impl Chat for Quiet {
    async fn show(&self, _: TaskId, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn alert(&self, _: &EffectKey, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}
