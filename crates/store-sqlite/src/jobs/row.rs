//! A row of the queue in the port's forms.

use pipeline_core::id::{InstanceId, JobId, ProjectId, TaskId};
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::{JobRow, LeasedJob};
use pipeline_core::time::Timestamp;
use rusqlite::Row;

use crate::columns::{Json, unsigned, worded};

const STATUSES: [JobStatus; 5] = [
    JobStatus::Queued,
    JobStatus::Running,
    JobStatus::Done,
    JobStatus::Failed,
    JobStatus::Cancelled,
];

/// A leased row.
pub(super) fn leased_job(row: &Row<'_>) -> rusqlite::Result<LeasedJob> {
    let Json(kind) = row.get("body")?;
    Ok(LeasedJob {
        id: job_id(row)?,
        project: ProjectId::new(row.get::<_, String>("project")?),
        kind,
        fence: row.get("fence")?,
        available_at: Timestamp(row.get("available_at")?),
        owner: InstanceId::new(row.get::<_, String>("owner")?),
        lease_until: Timestamp(row.get("lease_until")?),
        cancel_requested: row.get("cancel_requested")?,
        deaths: row.get("deaths")?,
    })
}

/// Any row.
pub(super) fn job_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let Json(kind) = row.get("body")?;
    Ok(JobRow {
        id: job_id(row)?,
        project: ProjectId::new(row.get::<_, String>("project")?),
        status: status(row)?,
        kind,
        fence: row.get("fence")?,
        available_at: Timestamp(row.get("available_at")?),
        created_at: Timestamp(row.get("created_at")?),
    })
}

/// A status and how many jobs have it.
pub(super) fn counted(row: &Row<'_>) -> rusqlite::Result<(JobStatus, u64)> {
    Ok((status(row)?, unsigned(row, "jobs")?))
}

fn job_id(row: &Row<'_>) -> rusqlite::Result<JobId> {
    Ok(JobId {
        task: TaskId(row.get("task")?),
        number: row.get("number")?,
    })
}

fn status(row: &Row<'_>) -> rusqlite::Result<JobStatus> {
    worded(row, "status", &STATUSES, JobStatus::as_str)
}
