//! The queue: rows, leases and fences. How the next job is chosen is in [`claim`].

mod claim;
mod row;

use async_trait::async_trait;
use pipeline_core::decision::Requeue;
use pipeline_core::id::{InstanceId, JobId, TaskId};
use pipeline_core::job::{JobKind, JobStatus, NewJob};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{
    Claim, ClaimRequest, JobCounts, JobFilter, JobRow, JobStore, LeasedJob, Renewal,
};
use pipeline_core::port::store::tasks::JobEnd;
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, named_params, params};

use crate::columns::{Json, change, first, row_limit, rows};
use crate::failure::Failure;
use crate::jobs::row::{counted, job_row, leased_job};
use crate::writer::Written;
use crate::{SqliteStore, runs};

#[async_trait]
impl JobStore for SqliteStore {
    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError> {
        self.writer
            .write(move |connection| claim::claim(connection, &request).map(Written::Keep))
            .await
    }

    async fn renew(
        &self,
        job: JobId,
        fence: u32,
        owner: &InstanceId,
        until: Timestamp,
    ) -> Result<Renewal, StoreError> {
        let owner = owner.clone();
        self.writer
            .write(move |connection| renew(connection, (job, fence), &owner, until).map(Written::Keep))
            .await
    }

    async fn lease(&self, job: JobId, fence: u32) -> Result<Renewal, StoreError> {
        self.readers
            .read(move |connection| lease(connection, job, fence))
            .await
    }

    async fn leased(&self) -> Result<Vec<LeasedJob>, StoreError> {
        self.readers
            .read(|connection| Ok(rows(connection, LEASED, [], leased_job)?))
            .await
    }

    async fn give_back(
        &self,
        job: JobId,
        fence: u32,
        available_at: Timestamp,
        died: bool,
    ) -> Result<Option<u32>, StoreError> {
        self.writer
            .write(move |connection| {
                give_back(connection, (job, fence), available_at, died).map(Written::Keep)
            })
            .await
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<JobRow>, StoreError> {
        self.readers
            .read(move |connection| list(connection, filter))
            .await
    }

    async fn counts(&self) -> Result<JobCounts, StoreError> {
        self.readers.read(counts).await
    }

    async fn runs(&self, task: TaskId) -> Result<Vec<RunRow>, StoreError> {
        self.readers
            .read(move |connection| runs::of_task(connection, task))
            .await
    }
}

pub(crate) const QUEUE: &str = "INSERT INTO jobs
    (task, number, project, class, status, available_at, created_at, body)
    VALUES (:task, :number, :project, :class, 'queued', :available_at, :created_at, :body)
    ON CONFLICT (task, number) DO NOTHING";
pub(crate) const HOLDS: &str = "SELECT 1 FROM jobs
    WHERE task = ?1 AND number = ?2 AND fence = ?3 AND settled < fence AND status IN ('running', 'queued')";
pub(crate) const END: &str = "UPDATE jobs
    SET status = ?4, settled = fence, owner = NULL, lease_until = NULL, cancel_requested = 0
    WHERE task = ?1 AND number = ?2 AND fence = ?3";
pub(crate) const REQUEUE: &str = "UPDATE jobs
    SET status = 'queued', settled = fence, available_at = ?3, owner = NULL, lease_until = NULL, cancel_requested = 0
    WHERE task = ?1 AND number = ?2";
pub(crate) const CANCEL_QUEUED: &str =
    "UPDATE jobs SET status = 'cancelled' WHERE task = ?1 AND number = ?2 AND status = 'queued'";
pub(crate) const CANCEL_RUNNING: &str =
    "UPDATE jobs SET cancel_requested = 1 WHERE task = ?1 AND number = ?2 AND status = 'running'";
pub(crate) const RENEW: &str = "UPDATE jobs SET owner = ?4, lease_until = ?5
    WHERE task = ?1 AND number = ?2 AND fence = ?3 AND status = 'running' RETURNING cancel_requested";
pub(crate) const LEASE: &str = "SELECT cancel_requested FROM jobs
    WHERE task = ?1 AND number = ?2 AND fence = ?3 AND status = 'running'";
pub(crate) const GIVE_BACK: &str = "UPDATE jobs
    SET status = CASE cancel_requested WHEN 0 THEN 'queued' ELSE 'cancelled' END,
        available_at = ?4, deaths = deaths + ?5, owner = NULL, lease_until = NULL, cancel_requested = 0
    WHERE task = ?1 AND number = ?2 AND fence = ?3 AND status = 'running' RETURNING deaths";
pub(crate) const LEASED: &str = "SELECT * FROM jobs INDEXED BY jobs_running
    WHERE status = 'running' AND class IN ('gather', 'work') ORDER BY task, number";
pub(crate) const NEWEST: &str = "SELECT * FROM jobs ORDER BY seq DESC LIMIT ?1";
pub(crate) const OF_TASK: &str = "SELECT * FROM jobs WHERE task = ?1 ORDER BY seq";
pub(crate) const ONE: &str = "SELECT * FROM jobs WHERE task = ?1 AND number = ?2";
const COUNTS: &str = "SELECT status, jobs FROM job_counts";

/// This attempt's result is still wanted: nobody has claimed the job again, and it has not reported before.
pub(crate) fn holds(connection: &Connection, job: JobId, fence: u32) -> Result<bool, Failure> {
    let values = params![job.task.0, job.number, fence];
    Ok(first(connection, HOLDS, values, |row| row.get::<_, i64>(0))?.is_some())
}

/// Ends the job; whoever calls has made sure that the fence holds.
pub(crate) fn end(connection: &Connection, end: &JobEnd) -> Result<(), Failure> {
    let status = match end.status {
        JobStatus::Done | JobStatus::Failed | JobStatus::Cancelled => end.status.as_str(),
        JobStatus::Queued | JobStatus::Running => {
            return Err(Failure::Refused(format!(
                "job {} cannot end as {}",
                end.job,
                end.status.as_str()
            )));
        }
    };
    change(
        connection,
        END,
        params![end.job.task.0, end.job.number, end.fence, status],
    )?;
    Ok(())
}

/// Queues a job; an id that is there already is left alone.
pub(crate) fn queue(connection: &Connection, job: &NewJob, at: Timestamp) -> Result<(), Failure> {
    change(
        connection,
        QUEUE,
        named_params! {
            ":task": job.id.task.0,
            ":number": job.id.number,
            ":project": job.project.as_str(),
            ":class": class(&job.kind),
            ":available_at": job.available_at.0,
            ":created_at": at.0,
            ":body": Json(&job.kind),
        },
    )?;
    Ok(())
}

/// Queues a job again, whatever became of it.
pub(crate) fn requeue(connection: &Connection, again: &Requeue) -> Result<(), Failure> {
    let values = params![again.job.task.0, again.job.number, again.available_at.0];
    if change(connection, REQUEUE, values)? == 0 {
        // Left out in silence the task would wait for it for ever.
        return Err(Failure::Refused(format!(
            "job {} is not there to be queued again",
            again.job
        )));
    }
    Ok(())
}

/// Cancels a queued job, marks a leased one.
pub(crate) fn call_off(connection: &Connection, job: JobId) -> Result<(), Failure> {
    change(connection, CANCEL_QUEUED, params![job.task.0, job.number])?;
    change(connection, CANCEL_RUNNING, params![job.task.0, job.number])?;
    Ok(())
}

/// What the limits and the order of claims go by.
fn class(kind: &JobKind) -> &'static str {
    match kind {
        JobKind::Gather(_) => "gather",
        JobKind::Agent(_) | JobKind::Command(_) => "work",
    }
}

fn renew(
    connection: &Connection,
    (job, fence): (JobId, u32),
    owner: &InstanceId,
    until: Timestamp,
) -> Result<Renewal, Failure> {
    let values = params![job.task.0, job.number, fence, owner.as_str(), until.0];
    Ok(renewal(first(connection, RENEW, values, |row| row.get(0))?))
}

fn lease(connection: &Connection, job: JobId, fence: u32) -> Result<Renewal, Failure> {
    let values = params![job.task.0, job.number, fence];
    Ok(renewal(first(connection, LEASE, values, |row| row.get(0))?))
}

/// Of the attempt's row while it is leased.
fn renewal(cancel_requested: Option<bool>) -> Renewal {
    match cancel_requested {
        None => Renewal::Lost,
        Some(true) => Renewal::CancelRequested,
        Some(false) => Renewal::Held,
    }
}

fn give_back(
    connection: &Connection,
    (job, fence): (JobId, u32),
    available_at: Timestamp,
    died: bool,
) -> Result<Option<u32>, Failure> {
    let values = params![job.task.0, job.number, fence, available_at.0, died];
    Ok(first(connection, GIVE_BACK, values, |row| row.get(0))?)
}

fn list(connection: &Connection, filter: JobFilter) -> Result<Vec<JobRow>, Failure> {
    Ok(match filter {
        JobFilter::Newest(limit) => rows(connection, NEWEST, [row_limit(limit)], job_row)?,
        JobFilter::OfTask(task) => rows(connection, OF_TASK, [task.0], job_row)?,
        JobFilter::One(job) => rows(connection, ONE, params![job.task.0, job.number], job_row)?,
    })
}

fn counts(connection: &Connection) -> Result<JobCounts, Failure> {
    let mut counts = JobCounts::default();
    for (status, jobs) in rows(connection, COUNTS, [], counted)? {
        match status {
            JobStatus::Queued => counts.queued = jobs,
            JobStatus::Running => counts.running = jobs,
            JobStatus::Done => counts.done = jobs,
            JobStatus::Failed => counts.failed = jobs,
            JobStatus::Cancelled => counts.cancelled = jobs,
        }
    }
    Ok(counts)
}
