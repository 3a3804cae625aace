//! Rows whose time is over, and what the daemon says of its tidying.

use async_trait::async_trait;
use pipeline_core::id::{BranchName, ProjectId, TaskId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::retention::{RetentionStore, ToldRetention};
use pipeline_core::retention::{FinishedTask, RetentionReport};
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;
use rusqlite::{Row, params};

use crate::columns::{Json, change, first, row_limit, rows};
use crate::writer::Written;
use crate::{SqliteStore, runs};

#[async_trait]
impl RetentionStore for SqliteStore {
    async fn finished_tasks(&self, before: Timestamp) -> Result<Vec<FinishedTask>, StoreError> {
        self.readers
            .read(move |connection| Ok(rows(connection, FINISHED, [before.0], finished)?))
            .await
    }

    async fn open_runs(&self, limit: usize) -> Result<Vec<RunRow>, StoreError> {
        self.readers
            .read(move |connection| Ok(rows(connection, OPEN_RUNS, [row_limit(limit)], runs::run)?))
            .await
    }

    async fn forget_effects(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let of_tasks = self.forget(FORGET_EFFECTS, before, limit).await?;
        let alerts = self.forget(FORGET_ALERTS, before, limit - of_tasks).await?;
        Ok(of_tasks + alerts)
    }

    async fn forget_deliveries(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.forget(FORGET_DELIVERIES, before, limit).await
    }

    async fn tell_retention(&self, report: &RetentionReport, at: Timestamp) -> Result<(), StoreError> {
        let report = report.clone();
        self.writer
            .write(move |connection| {
                change(connection, TELL, params![at.0, Json(&report)])?;
                Ok(Written::Keep(()))
            })
            .await
    }

    async fn retention(&self) -> Result<Option<ToldRetention>, StoreError> {
        self.readers
            .read(|connection| Ok(first(connection, TOLD, [], told)?))
            .await
    }
}

pub(crate) const FINISHED: &str = "SELECT id, project, branch FROM tasks INDEXED BY tasks_finished
    WHERE state IN ('done', 'cancelled') AND since < ?1 ORDER BY since, id";
pub(crate) const OPEN_RUNS: &str = "SELECT * FROM runs INDEXED BY runs_open
    WHERE finished_at IS NULL AND NOT EXISTS (SELECT 1 FROM jobs
        WHERE jobs.task = runs.task AND jobs.number = runs.number AND jobs.fence = runs.fence AND jobs.status = 'running')
    ORDER BY task, number, fence LIMIT ?1";
/// Keys of a finished task are never written again; those on the board of issues without a task are kept: they are what keeps them from being said twice.
pub(crate) const FORGET_EFFECTS: &str = "DELETE FROM outbox WHERE seq IN (
    SELECT seq FROM outbox INDEXED BY outbox_delivered
    WHERE status = 'done' AND task IS NOT NULL AND created_at < ?1
        AND (SELECT state IN ('done', 'cancelled') AND since < ?1 FROM tasks WHERE tasks.id = outbox.task)
    LIMIT ?2)";
/// Alerts that are no task's have keys that no other one gets.
pub(crate) const FORGET_ALERTS: &str = "DELETE FROM outbox WHERE seq IN (
    SELECT seq FROM outbox INDEXED BY outbox_delivered_alerts
    WHERE status = 'done' AND task IS NULL AND system = 'chat' AND created_at < ?1
    LIMIT ?2)";
pub(crate) const FORGET_DELIVERIES: &str = "DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries ORDER BY id LIMIT ?2) AND status <> 'waiting' AND received_at < ?1";
const TELL: &str = "INSERT INTO retention (one, at, body) VALUES (1, ?1, ?2)
    ON CONFLICT (one) DO UPDATE SET at = excluded.at, body = excluded.body";
const TOLD: &str = "SELECT at, body FROM retention WHERE one = 1";

impl SqliteStore {
    async fn forget(&self, sql: &'static str, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.writer
            .write(move |connection| {
                let forgotten = change(connection, sql, params![before.0, row_limit(limit)])?;
                Ok(Written::Keep(forgotten))
            })
            .await
    }
}

fn finished(row: &Row<'_>) -> rusqlite::Result<FinishedTask> {
    Ok(FinishedTask {
        task: TaskId(row.get("id")?),
        project: ProjectId::new(row.get::<_, String>("project")?),
        branch: BranchName::new(row.get::<_, String>("branch")?),
    })
}

fn told(row: &Row<'_>) -> rusqlite::Result<ToldRetention> {
    let Json(report) = row.get("body")?;
    Ok(ToldRetention {
        at: Timestamp(row.get("at")?),
        report,
    })
}
