//! What this process committed last: a step reads the task and the mark that the step before it has just written (docs/decisions/0013). Knows no
//! SQL.
//!
//! Only the writer's thread puts something in, after its commit and in the order of commits, so that nothing here is older than what anybody was
//! told is durable. What is not here is read from the file. Nobody else writes these tables while a daemon runs (they place orders and holds); where
//! somebody did, a commit comes out stale, and what is kept of its rows is forgotten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pipeline_core::id::{IssueId, ProjectId, TaskId};
use pipeline_core::orders::ItemMark;
use pipeline_core::port::store::tasks::{Commit, Committed, TaskKey, TaskWrite};
use pipeline_core::resilience::AccountHealth;
use pipeline_core::task::Task;

/// Tasks and marks at most, each some kilobytes; when there are more, keeping begins anew.
const MOST: usize = 512;

/// Issues are named within their project.
type Issue = (ProjectId, IssueId);

/// The newest committed rows of open tasks, marks of issues and accounts. Clones share it.
#[derive(Clone)]
pub(crate) struct Recent {
    kept: Option<Arc<Mutex<Kept>>>,
}

#[derive(Default)]
struct Kept {
    tasks: BTreeMap<TaskId, Arc<Task>>,
    of_issues: BTreeMap<Issue, TaskId>,
    marks: BTreeMap<Issue, ItemMark>,
    accounts: Option<Vec<AccountHealth>>,
    /// Grows whenever an account may have changed.
    accounts_version: u64,
}

impl Recent {
    /// For the one process that writes.
    pub(crate) fn of_the_writer() -> Self {
        Self {
            kept: Some(Arc::default()),
        }
    }

    /// Keeps nothing: for whoever looks into a database that another process writes.
    pub(crate) fn of_a_guest() -> Self {
        Self { kept: None }
    }

    /// The open task with this name, as it was committed last; none where that is not known.
    pub(crate) fn task(&self, key: &TaskKey) -> Option<Task> {
        let kept = self.lock()?;
        let id = match key {
            TaskKey::Id(id) => id,
            TaskKey::Issue(project, issue) => kept.of_issues.get(&(project.clone(), issue.clone()))?,
            // Several tasks may have had one branch: the file knows the newest.
            TaskKey::WorkItem(_) | TaskKey::Branch(..) => return None,
        };
        let task = kept.tasks.get(id).map(Arc::clone);
        drop(kept);
        task.map(|task| Task::clone(&task))
    }

    /// What is remembered of an issue; none where that is not known.
    pub(crate) fn mark(&self, project: &ProjectId, issue: &IssueId) -> Option<ItemMark> {
        self.lock()?.marks.get(&(project.clone(), issue.clone())).cloned()
    }

    /// All accounts where they are known, else the version that a reading of them is kept under.
    pub(crate) fn accounts(&self) -> Result<Vec<AccountHealth>, u64> {
        let Some(kept) = self.lock() else {
            return Err(0);
        };
        kept.accounts.clone().ok_or(kept.accounts_version)
    }

    /// Keeps accounts that were read, unless one was written since the reading began.
    pub(crate) fn keep_accounts(&self, accounts: &[AccountHealth], version: u64) {
        if let Some(mut kept) = self.lock()
            && kept.accounts_version == version
        {
            kept.accounts = Some(accounts.to_vec());
        }
    }

    /// On the writer's thread: what became of a commit; none when that cannot be said.
    pub(crate) fn ended(&self, commit: &Commit, outcome: Option<Committed>) {
        let Some(mut kept) = self.lock() else { return };
        if commit.account.is_some() {
            kept.accounts = None;
            kept.accounts_version += 1;
        }
        match outcome {
            Some(Committed::Yes) => kept.keep(commit),
            Some(Committed::Stale | Committed::Fenced) | None => kept.forget(commit),
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, Kept>> {
        let kept = self.kept.as_ref()?;
        Some(kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn keep(&mut self, commit: &Commit) {
        if let Some(task) = written(commit) {
            if task.is_over() || !survives(task) {
                self.forget_task(task);
            } else {
                self.make_room();
                self.of_issues.insert(issue_of(task), task.id);
                self.tasks.insert(task.id, Arc::new(task.clone()));
            }
        }
        if let Some(mark) = &commit.mark {
            self.make_room();
            let revision = mark.revision + 1;
            let issue = (mark.project.clone(), mark.issue.clone());
            self.marks.insert(
                issue,
                ItemMark {
                    revision,
                    ..mark.clone()
                },
            );
        }
    }

    fn forget(&mut self, commit: &Commit) {
        if let Some(task) = written(commit) {
            self.forget_task(task);
        }
        if let Some(mark) = &commit.mark {
            self.marks.remove(&(mark.project.clone(), mark.issue.clone()));
        }
    }

    fn forget_task(&mut self, task: &Task) {
        self.tasks.remove(&task.id);
        self.of_issues.remove(&issue_of(task));
    }

    fn make_room(&mut self) {
        if self.tasks.len() >= MOST {
            self.tasks.clear();
            self.of_issues.clear();
        }
        if self.marks.len() >= MOST {
            self.marks.clear();
        }
    }
}

fn written(commit: &Commit) -> Option<&Task> {
    match commit.task.as_ref()? {
        TaskWrite::Insert(task, _) | TaskWrite::Update { task, .. } => Some(task),
    }
}

fn issue_of(task: &Task) -> Issue {
    (task.project.clone(), task.issue.clone())
}

/// Whether the task comes back from its file as it is. A debug build looks, so that what is not stored cannot hide behind what is kept here.
fn survives(task: &Task) -> bool {
    if !cfg!(debug_assertions) {
        return true;
    }
    let text = serde_json::to_string(task).unwrap_or_default();
    let comes_back = serde_json::from_str(&text).is_ok_and(|read: Task| read == *task);
    if !comes_back {
        tracing::error!(task.id = %task.id, "a task does not come back from its file as it is; it is not kept");
    }
    comes_back
}

#[cfg(test)]
mod tests;
