//! Replay of a task as a store keeps it: its log, its pipeline, and the projects that the log names.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::LogEntry;
use crate::id::{ProjectDigest, TaskId};
use crate::port::store::StoreError;
use crate::port::store::tasks::TaskStore;
use crate::project::Project;
use crate::replay::{ReplayError, began_with, replay};
use crate::task::Task;

/// Why a stored task could not be shown to follow from its log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredReplayError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The definition that the task began with is missing.
    #[error("the pipeline {digest} that task {task} began with is not stored")]
    NoPipeline {
        /// The task.
        task: TaskId,
        /// The digest.
        digest: String,
    },
    /// The log leads elsewhere.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// Replays the task from the store alone, and answers how many entries its log has.
///
/// The task and its log are two reads: a task that changes between them is reported as a gap, so read it again before believing that.
///
/// # Errors
/// See [`StoredReplayError`].
pub async fn replay_stored(store: &dyn TaskStore, task: &Task) -> Result<usize, StoredReplayError> {
    let log = store.log(task.id).await?;
    let began = began_with(task, &log);
    let pipeline = store
        .pipeline(began)
        .await?
        .ok_or_else(|| StoredReplayError::NoPipeline {
            task: task.id,
            digest: began.to_string(),
        })?;
    let projects = projects(store, &log).await?;
    replay(task, &log, &pipeline, &projects)?;
    Ok(log.len())
}

async fn projects(
    store: &dyn TaskStore,
    log: &[LogEntry],
) -> Result<BTreeMap<ProjectDigest, Project>, StoreError> {
    let named: BTreeSet<&ProjectDigest> = log.iter().filter_map(|entry| entry.project.as_ref()).collect();
    let mut projects = BTreeMap::new();
    for digest in named {
        if let Some(project) = store.project(digest).await? {
            projects.insert(digest.clone(), project);
        }
    }
    Ok(projects)
}
