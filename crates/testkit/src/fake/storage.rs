//! What is kept on disk, in memory: directories of runs, pins, and work that was set aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::id::{BranchName, RunId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::storage::{AtWork, Storage, Unpinned};
use pipeline_core::retention::{Kept, StoredRun};
use pipeline_core::time::Timestamp;

use crate::fake::faults::Faults;
use crate::fake::workspace::FakeWorkspace;

/// Directories of runs.
#[derive(Debug, Default)]
pub struct FakeRunStorage {
    /// Which calls fail.
    pub faults: Faults,
    runs: Mutex<BTreeMap<RunId, Option<Timestamp>>>,
}

impl FakeRunStorage {
    /// There is a directory of this run; none: it lives.
    pub fn put(&self, run: RunId, ended_at: Option<Timestamp>) {
        self.with(|runs| runs.insert(run, ended_at));
    }

    /// The runs that have a directory.
    #[must_use]
    pub fn runs(&self) -> Vec<RunId> {
        self.with(|runs| runs.keys().copied().collect())
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<RunId, Option<Timestamp>>) -> T) -> T {
        work(&mut self.runs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl RunStorage for FakeRunStorage {
    async fn stored(&self) -> Result<Vec<StoredRun>, PortError> {
        self.faults.port("stored", || {
            let stored = |(run, ended_at): (&RunId, &Option<Timestamp>)| StoredRun {
                run: *run,
                ended_at: *ended_at,
            };
            Ok(self.with(|runs| runs.iter().map(stored).collect()))
        })
    }

    async fn remove(&self, run: &RunId) -> Result<(), PortError> {
        self.faults.port("remove", || {
            self.with(|runs| match runs.get(run) {
                Some(None) => Err(PortError::Conflict(format!("run {run} lives"))),
                Some(Some(_)) | None => {
                    runs.remove(run);
                    Ok(())
                }
            })
        })
    }
}

/// A project's leftovers beside the checkouts of a [`FakeWorkspace`].
pub struct FakeStorage {
    /// Which calls fail.
    pub faults: Faults,
    workspace: Arc<FakeWorkspace>,
    pins: Mutex<Vec<(TaskId, String, bool)>>,
    rest: Mutex<Vec<(String, Timestamp, bool)>>,
    much: Mutex<bool>,
    aside: Mutex<Vec<Kept>>,
}

impl FakeStorage {
    /// Beside the checkouts of this workspace.
    #[must_use]
    pub fn new(workspace: Arc<FakeWorkspace>) -> Self {
        Self {
            faults: Faults::default(),
            workspace,
            pins: Mutex::default(),
            rest: Mutex::default(),
            much: Mutex::default(),
            aside: Mutex::default(),
        }
    }

    /// A commit of a task's run is pinned, which the forge has or not.
    pub fn pin(&self, task: TaskId, commit: &str, in_the_forge: bool) {
        lock(&self.pins).push((task, commit.to_owned(), in_the_forge));
    }

    /// Pinned commits.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        lock(&self.pins)
            .iter()
            .map(|(_, commit, _)| commit.clone())
            .collect()
    }

    /// A commit that is no run's is pinned, made at that time, which the forge has or not.
    pub fn pin_rest(&self, commit: &str, made_at: Timestamp, in_the_forge: bool) {
        lock(&self.rest).push((commit.to_owned(), made_at, in_the_forge));
    }

    /// There is enough to be packed.
    pub fn grow(&self) {
        *lock(&self.much) = true;
    }

    /// Somebody's work is set aside.
    pub fn put_aside(&self, kept: Kept) {
        lock(&self.aside).push(kept);
    }
}

#[async_trait]
impl Storage for FakeStorage {
    async fn checkouts(&self, of: Vec<BranchName>) -> Result<Vec<BranchName>, PortError> {
        self.faults.port("checkouts", || {
            let there: BTreeSet<BranchName> = self.workspace.branches().into_iter().collect();
            Ok(of.into_iter().filter(|branch| there.contains(branch)).collect())
        })
    }

    async fn unpin(&self, tasks: BTreeSet<TaskId>) -> Result<Unpinned, PortError> {
        self.faults.port("unpin", || {
            let mut unpinned = Unpinned::default();
            lock(&self.pins).retain(|(task, commit, in_the_forge)| {
                stays((commit, *in_the_forge), tasks.contains(task), &mut unpinned)
            });
            Ok(unpinned)
        })
    }

    async fn unpin_rest(&self, at_work: AtWork) -> Result<Unpinned, PortError> {
        self.faults.port("unpin_rest", || {
            let mut unpinned = Unpinned::default();
            lock(&self.rest).retain(|(commit, made_at, in_the_forge)| {
                let is_a_head = at_work.heads.iter().any(|head| head.as_str() == commit);
                let over = *made_at < at_work.since && !is_a_head;
                stays((commit, *in_the_forge), over, &mut unpinned)
            });
            Ok(unpinned)
        })
    }

    async fn pack(&self, _before: Timestamp) -> Result<bool, PortError> {
        self.faults
            .port("pack", || Ok(std::mem::take(&mut *lock(&self.much))))
    }

    async fn set_aside(&self) -> Result<Vec<Kept>, PortError> {
        self.faults.port("set_aside", || Ok(lock(&self.aside).clone()))
    }
}

/// Whether a pin stays; what came of it is noted.
fn stays((commit, in_the_forge): (&str, bool), over: bool, unpinned: &mut Unpinned) -> bool {
    if over && !in_the_forge {
        unpinned.kept.push(Kept {
            what: format!("commit {commit}"),
            place: "/fake/mirror".to_owned(),
            why: "no branch of the forge has it".to_owned(),
        });
    }
    unpinned.removed += usize::from(over && in_the_forge);
    !(over && in_the_forge)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
