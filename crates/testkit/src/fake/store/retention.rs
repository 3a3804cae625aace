//! Rows whose time is over, and what the daemon says of its tidying.

use async_trait::async_trait;
use pipeline_core::effect::System;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::EffectStatus;
use pipeline_core::port::store::retention::{RetentionStore, ToldRetention};
use pipeline_core::retention::{FinishedTask, RetentionReport};
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;

#[async_trait]
impl RetentionStore for FakeStore {
    async fn finished_tasks(&self, before: Timestamp) -> Result<Vec<FinishedTask>, StoreError> {
        self.call("finished_tasks", |state| {
            let over = state.tasks.values().filter(|task| task.is_over());
            let mut tasks: Vec<_> = over.filter(|task| task.since < before).collect();
            tasks.sort_by_key(|task| (task.since, task.id));
            let finished = tasks.into_iter().map(|task| FinishedTask {
                task: task.id,
                project: task.project.clone(),
                branch: task.branch.clone(),
            });
            Ok(finished.collect())
        })
    }

    async fn open_runs(&self, limit: usize) -> Result<Vec<RunRow>, StoreError> {
        self.call("open_runs", |state| {
            let runs_now = |row: &RunRow| {
                state.jobs.iter().any(|job| {
                    job.id == row.run.job && job.fence == row.run.fence && job.status == JobStatus::Running
                })
            };
            let open = state.runs.values().filter(|row| row.finished_at.is_none());
            Ok(open.filter(|row| !runs_now(row)).take(limit).cloned().collect())
        })
    }

    async fn forget_effects(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.write("forget_effects", |state| {
            let tasks = &state.tasks;
            let mut left = limit;
            state.outbox.retain(|row| {
                let task = row.effect.task.and_then(|task| tasks.get(&task));
                let over = task.is_some_and(|task| task.is_over() && task.since < before);
                let old = row.status == EffectStatus::Done && row.created_at < before;
                let is_alert = row.effect.task.is_none() && row.effect.kind.system() == System::Chat;
                let goes = (over || is_alert) && old && left > 0;
                left -= usize::from(goes);
                !goes
            });
            Ok(limit - left)
        })
    }

    async fn forget_deliveries(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.write("forget_deliveries", |state| {
            let oldest: Vec<_> = state.deliveries.keys().take(limit).copied().collect();
            let known = state.deliveries.len();
            state
                .deliveries
                .retain(|id, stored| !oldest.contains(id) || stored.waits || stored.received_at >= before);
            Ok(known - state.deliveries.len())
        })
    }

    async fn tell_retention(&self, report: &RetentionReport, at: Timestamp) -> Result<(), StoreError> {
        let report = report.clone();
        self.write("tell_retention", |state| {
            state.retention = Some(ToldRetention { at, report });
            Ok(())
        })
    }

    async fn retention(&self) -> Result<Option<ToldRetention>, StoreError> {
        self.call("retention", |state| Ok(state.retention.clone()))
    }
}
