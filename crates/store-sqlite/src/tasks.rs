//! Tasks: the body as JSON, what is looked up or compared in columns.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::event::LogEntry;
use pipeline_core::id::{PipelineDigest, ProjectDigest, ProjectId, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, Committed, DueTimer, TaskFilter, TaskKey, TaskStore};
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, named_params};

use crate::columns::{Json, change, first, integer, row_limit, rows};
use crate::failure::Failure;
use crate::writer::Written;
use crate::{SqliteStore, event_log, pipelines, project_versions, step, timers};

#[async_trait]
impl TaskStore for SqliteStore {
    async fn allot_task(&self) -> Result<TaskId, StoreError> {
        self.writer
            .write(|connection| allot(connection).map(Written::Keep))
            .await
    }

    async fn task(&self, key: &TaskKey) -> Result<Option<Task>, StoreError> {
        if let Some(task) = self.recent.task(key) {
            return Ok(Some(task));
        }
        let key = key.clone();
        self.readers.read(move |connection| find(connection, &key)).await
    }

    async fn tasks(&self, filter: TaskFilter) -> Result<Vec<Task>, StoreError> {
        self.readers
            .read(move |connection| list(connection, filter))
            .await
    }

    async fn slot_holders(&self, project: &ProjectId) -> Result<Vec<Task>, StoreError> {
        let project = project.clone();
        self.readers
            .read(move |connection| Ok(rows(connection, SLOT_HOLDERS, [project.as_str()], body)?))
            .await
    }

    async fn pipeline(&self, digest: &PipelineDigest) -> Result<Option<Pipeline>, StoreError> {
        let digest = digest.clone();
        self.readers
            .read(move |connection| pipelines::find(connection, &digest))
            .await
    }

    async fn project(&self, digest: &ProjectDigest) -> Result<Option<Project>, StoreError> {
        let digest = digest.clone();
        self.readers
            .read(move |connection| project_versions::find(connection, &digest))
            .await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let commit = Arc::new(commit);
        let (written, recent) = (Arc::clone(&commit), self.recent.clone());
        self.writer
            .write_then(
                move |connection| step::write(connection, &commit),
                move |outcome| recent.ended(&written, outcome.ok().copied()),
            )
            .await
    }

    async fn log(&self, task: TaskId) -> Result<Vec<LogEntry>, StoreError> {
        self.readers
            .read(move |connection| event_log::of_task(connection, task))
            .await
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>, StoreError> {
        self.readers
            .read(move |connection| timers::due(connection, now, limit))
            .await
    }
}

pub(crate) const ALLOT: &str = "UPDATE sequences
    SET last = max(last, (SELECT coalesce(max(id), 0) FROM tasks)) + 1
    WHERE name = 'task' RETURNING last";
pub(crate) const BY_ID: &str = "SELECT body FROM tasks WHERE id = ?1";
pub(crate) const BY_WORK_ITEM: &str = "SELECT body FROM tasks WHERE work_item = ?1";
pub(crate) const BY_ISSUE: &str = "SELECT body FROM tasks WHERE project = ?1 AND issue = ?2";
pub(crate) const BY_BRANCH: &str =
    "SELECT body FROM tasks WHERE project = ?1 AND branch = ?2 ORDER BY id DESC LIMIT 1";
pub(crate) const OPEN: &str =
    "SELECT body FROM tasks INDEXED BY tasks_open WHERE state NOT IN ('done', 'cancelled') ORDER BY id";
/// Of the open tasks alone the body is looked into.
pub(crate) const SLOT_HOLDERS: &str = "SELECT body FROM tasks INDEXED BY tasks_open
    WHERE state NOT IN ('done', 'cancelled') AND project = ?1 AND json_extract(body, '$.holds_slot') ORDER BY id";
pub(crate) const NEWEST_FINISHED: &str = "SELECT body FROM tasks INDEXED BY tasks_finished
    WHERE state IN ('done', 'cancelled') ORDER BY since DESC, id DESC LIMIT ?1";
const ALL: &str = "SELECT body FROM tasks ORDER BY id";
const INSERT: &str = "INSERT INTO tasks
    (id, project, issue, work_item, branch, pipeline, stage, state, revision, since, body)
    VALUES (:id, :project, :issue, :work_item, :branch, :pipeline, :stage, :state, :revision, :since, :body)
    ON CONFLICT DO NOTHING";
pub(crate) const UPDATE: &str = "UPDATE tasks
    SET branch = :branch, stage = :stage, state = :state, revision = :revision, since = :since, body = :body
    WHERE id = :id AND revision = :read";

pub(crate) const REPIN: &str = "UPDATE tasks SET pipeline = :pipeline WHERE id = :id";

/// Stores a new task; false when its id, issue or work item is there already.
pub(crate) fn insert(connection: &Connection, task: &Task) -> Result<bool, Failure> {
    let inserted = change(
        connection,
        INSERT,
        named_params! {
            ":id": task.id.0,
            ":project": task.project.as_str(),
            ":issue": task.issue.as_str(),
            ":work_item": task.work_item.as_str(),
            ":branch": task.branch.as_str(),
            ":pipeline": task.pipeline.as_str(),
            ":stage": task.stage.as_str(),
            ":state": task.state.name(),
            ":revision": integer(task.revision)?,
            ":since": task.since.0,
            ":body": Json(task),
        },
    )?;
    Ok(inserted == 1)
}

/// Writes which definition the task is pinned to, which [`update`] leaves as it is: it hardly ever changes, and is looked up each time.
pub(crate) fn repin(connection: &Connection, task: &Task) -> Result<(), Failure> {
    change(
        connection,
        REPIN,
        named_params! { ":id": task.id.0, ":pipeline": task.pipeline.as_str() },
    )?;
    Ok(())
}

/// Replaces the task; false when it is not as it was read.
pub(crate) fn update(connection: &Connection, task: &Task, read_revision: u64) -> Result<bool, Failure> {
    if task.revision != read_revision + 1 {
        return Err(Failure::Refused(format!(
            "task {} was read with revision {read_revision} and is written with {}",
            task.id, task.revision
        )));
    }
    let updated = change(
        connection,
        UPDATE,
        named_params! {
            ":id": task.id.0,
            ":branch": task.branch.as_str(),
            ":stage": task.stage.as_str(),
            ":state": task.state.name(),
            ":revision": integer(task.revision)?,
            ":read": integer(read_revision)?,
            ":since": task.since.0,
            ":body": Json(task),
        },
    )?;
    Ok(updated == 1)
}

fn allot(connection: &Connection) -> Result<TaskId, Failure> {
    first(connection, ALLOT, [], |row| row.get(0).map(TaskId))?
        .ok_or_else(|| Failure::Refused("the sequence of task ids is missing".to_owned()))
}

fn find(connection: &Connection, key: &TaskKey) -> Result<Option<Task>, Failure> {
    let found = match key {
        TaskKey::Id(id) => first(connection, BY_ID, [id.0], body),
        TaskKey::WorkItem(item) => first(connection, BY_WORK_ITEM, [item.as_str()], body),
        TaskKey::Issue(project, issue) => {
            first(connection, BY_ISSUE, [project.as_str(), issue.as_str()], body)
        }
        TaskKey::Branch(project, branch) => {
            first(connection, BY_BRANCH, [project.as_str(), branch.as_str()], body)
        }
    };
    Ok(found?)
}

fn list(connection: &Connection, filter: TaskFilter) -> Result<Vec<Task>, Failure> {
    Ok(match filter {
        TaskFilter::Open => rows(connection, OPEN, [], body)?,
        TaskFilter::NewestFinished(limit) => rows(connection, NEWEST_FINISHED, [row_limit(limit)], body)?,
        TaskFilter::All => rows(connection, ALL, [], body)?,
    })
}

fn body(row: &Row<'_>) -> rusqlite::Result<Task> {
    let Json(task) = row.get("body")?;
    Ok(task)
}
