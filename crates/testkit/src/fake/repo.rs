//! A very small git in memory: commits with parents and files, branches as the forge has them, and a log of what changed.
//! Shared by the forge and the workspace.

mod objects;
mod merging;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pipeline_core::id::{BranchName, CommitSha};
use tokio::sync::Notify;

pub use merging::Merged;
pub use objects::{Files, Objects, blob};

/// A repository: every commit that was ever made, and the branches in the forge.
#[derive(Debug)]
pub struct FakeRepo {
    default_branch: BranchName,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    objects: Objects,
    branches: BTreeMap<BranchName, CommitSha>,
    /// Branches that changed, or whose statuses or pull requests did; oldest first.
    changes: Vec<BranchName>,
}

impl Default for FakeRepo {
    fn default() -> Self {
        Self::new("main")
    }
}

impl FakeRepo {
    /// A repository whose default branch holds one commit with a README.
    #[must_use]
    pub fn new(default_branch: &str) -> Self {
        let repo = Self {
            default_branch: BranchName::new(default_branch),
            state: Mutex::default(),
            changed: Notify::new(),
        };
        let files = files(&[("README.md", "# Example\n")]);
        let first = repo.objects(|objects| objects.commit(&[], files, "first commit"));
        repo.set_branch(&repo.default_branch, first);
        repo
    }

    /// The default branch.
    #[must_use]
    pub fn default_branch(&self) -> &BranchName {
        &self.default_branch
    }

    /// Its head.
    #[must_use]
    pub fn default_head(&self) -> CommitSha {
        self.head(&self.default_branch)
            .expect("the default branch is never deleted")
    }

    /// The head of a branch in the forge.
    #[must_use]
    pub fn head(&self, branch: &BranchName) -> Option<CommitSha> {
        self.with(|state| state.branches.get(branch).cloned())
    }

    /// Branches in the forge.
    #[must_use]
    pub fn branches(&self) -> BTreeMap<BranchName, CommitSha> {
        self.with(|state| state.branches.clone())
    }

    /// Points a branch to a commit, whatever it held.
    pub fn set_branch(&self, branch: &BranchName, head: CommitSha) {
        self.with(|state| {
            state.branches.insert(branch.clone(), head);
            state.changes.push(branch.clone());
        });
        self.changed.notify_one();
    }

    /// Deletes a branch; its commits stay.
    pub fn delete_branch(&self, branch: &BranchName) {
        self.with(|state| {
            state.branches.remove(branch);
            state.changes.push(branch.clone());
        });
        self.changed.notify_one();
    }

    /// Commits on top of a branch, with these files written; the branch begins at the default branch when it is not there.
    pub fn commit_to(&self, branch: &BranchName, written: &[(&str, &str)], message: &str) -> CommitSha {
        let parent = self.head(branch).unwrap_or_else(|| self.default_head());
        let made = self.objects(|objects| {
            let mut all = objects.files(&parent).clone();
            all.extend(files(written));
            objects.commit(&[parent], all, message)
        });
        self.set_branch(branch, made.clone());
        made
    }

    /// The text of a file on a branch.
    #[must_use]
    pub fn file(&self, branch: &BranchName, path: &str) -> Option<String> {
        let head = self.head(branch)?;
        self.objects(|objects| objects.files(&head).get(path).cloned())
    }

    /// Works on commits.
    pub fn objects<T>(&self, work: impl FnOnce(&mut Objects) -> T) -> T {
        self.with(|state| work(&mut state.objects))
    }

    /// Every branch that holds this commit as its head has news.
    pub(super) fn note_commit(&self, commit: &CommitSha) {
        self.with(|state| {
            let holding: Vec<BranchName> = state
                .branches
                .iter()
                .filter(|(_, head)| *head == commit)
                .map(|(branch, _)| branch.clone())
                .collect();
            state.changes.extend(holding);
        });
        self.changed.notify_one();
    }

    /// The branch has news.
    pub(super) fn note(&self, branch: &BranchName) {
        self.with(|state| state.changes.push(branch.clone()));
        self.changed.notify_one();
    }

    pub(super) fn changes(&self) -> Vec<BranchName> {
        self.with(|state| state.changes.clone())
    }

    pub(super) async fn wait(&self) {
        self.changed.notified().await;
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Paths and texts as a tree.
#[must_use]
pub fn files(list: &[(&str, &str)]) -> Files {
    list.iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}
