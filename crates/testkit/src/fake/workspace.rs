//! A workspace over a [`FakeRepo`]: work trees are maps in memory, found by the directory that the checkout was answered with.

mod tree;
mod port;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::id::{BranchName, CommitSha, RunId};

use crate::fake::faults::Faults;
use crate::fake::repo::FakeRepo;

pub use tree::WorkTree;

/// A workspace with one repository.
pub struct FakeWorkspace {
    /// Which calls fail.
    pub faults: Faults,
    repo: Arc<FakeRepo>,
    checkouts: Mutex<BTreeMap<RunId, FakeCheckout>>,
}

struct FakeCheckout {
    branch: BranchName,
    directory: PathBuf,
    start: CommitSha,
    tree: WorkTree,
    /// What the work tree held when its work was pinned last (or at the start).
    pinned: WorkTree,
}

impl FakeWorkspace {
    /// A workspace without checkouts.
    #[must_use]
    pub fn new(repo: Arc<FakeRepo>) -> Self {
        Self {
            faults: Faults::default(),
            repo,
            checkouts: Mutex::default(),
        }
    }

    /// Its repository.
    #[must_use]
    pub fn repo(&self) -> &Arc<FakeRepo> {
        &self.repo
    }

    /// Works in the work tree of a directory; none when it is not a checkout of this workspace.
    pub fn in_directory<T>(&self, directory: &Path, work: impl FnOnce(&mut WorkTree) -> T) -> Option<T> {
        self.with(|checkouts| {
            let found = checkouts
                .values_mut()
                .find(|checkout| checkout.directory == directory)?;
            Some(work(&mut found.tree))
        })
    }

    /// Runs that have a checkout.
    #[must_use]
    pub fn checkouts(&self) -> Vec<RunId> {
        self.with(|checkouts| checkouts.keys().copied().collect())
    }

    /// Branches that have a checkout.
    #[must_use]
    pub fn branches(&self) -> Vec<BranchName> {
        self.with(|checkouts| {
            checkouts
                .values()
                .map(|checkout| checkout.branch.clone())
                .collect()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<RunId, FakeCheckout>) -> T) -> T {
        work(&mut self.checkouts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
