//! A worker: claims what waits, ends it, and claims again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, ensure};
use app::clock::SystemClock;
use pipeline_core::job::JobStatus;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::port::store::tasks::{Commit, JobEnd, TaskKey};
use pipeline_core::task::TaskState;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::specimen;
use crate::store::is_kept;

/// What the end of a job writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// The job's row.
    Jobs,
    /// What a step of the engine writes: the task, its log, the job's end and the next job; the task is read before.
    Steps,
}

impl Work {
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Jobs => "job rows",
            Self::Steps => "task, log, end of the job, next job",
        }
    }
}

/// The bell that the engine's dispatcher would hear: how many jobs wait, so that nobody claims in vain.
pub(super) struct Line {
    waiting: Semaphore,
    unclaimed: AtomicU64,
}

impl Line {
    /// For so many jobs in all.
    pub(super) fn new(jobs: u64) -> Self {
        Self {
            waiting: Semaphore::new(0),
            unclaimed: AtomicU64::new(jobs),
        }
    }

    pub(super) fn queued(&self, jobs: usize) {
        self.waiting.add_permits(jobs);
    }

    /// Waits for a job and takes what else is there; 0 when there will be none any more.
    async fn take(&self, at_most: usize) -> usize {
        let Ok(first) = self.waiting.acquire().await else {
            return 0;
        };
        first.forget();
        let mut jobs = 1;
        while jobs < at_most
            && let Ok(next) = self.waiting.try_acquire()
        {
            next.forget();
            jobs += 1;
        }
        if self.unclaimed.fetch_sub(jobs as u64, Ordering::Relaxed) == jobs as u64 {
            self.waiting.close();
        }
        jobs
    }
}

#[derive(Clone)]
pub(super) struct Worker {
    pub(super) store: Arc<dyn Store>,
    pub(super) line: Arc<Line>,
    pub(super) work: Work,
    pub(super) at_once: usize,
    /// Jobs of each task.
    pub(super) of_each: u32,
}

impl Worker {
    /// Until every job is claimed and what was claimed here has ended.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        loop {
            let wanted = self.line.take(self.at_once).await;
            if wanted == 0 {
                return Ok(());
            }
            let claim = specimen::claim(SystemClock.now(), wanted);
            let jobs = self.store.claim(claim).await?.taken();
            ensure!(
                jobs.len() == wanted,
                "{wanted} jobs wait, {} were claimed",
                jobs.len()
            );
            let mut working = JoinSet::new();
            for job in jobs {
                working.spawn(self.clone().complete(job));
            }
            while let Some(ended) = working.join_next().await {
                ended??;
            }
        }
    }

    async fn complete(self, job: LeasedJob) -> anyhow::Result<()> {
        let job_end = Some(JobEnd {
            job: job.id,
            fence: job.fence,
            status: JobStatus::Done,
        });
        let commit = match self.work {
            Work::Jobs => Commit {
                job_end,
                ..Commit::default()
            },
            Work::Steps => Commit {
                job_end,
                ..self.step(&job).await?
            },
        };
        let next = commit.jobs.len();
        is_kept(self.store.commit(commit).await?)?;
        self.line.queued(next);
        Ok(())
    }

    async fn step(&self, job: &LeasedJob) -> anyhow::Result<Commit> {
        let task = self.store.task(&TaskKey::Id(job.id.task)).await?;
        let mut task = task.context("the job's task is not there")?;
        let next = (job.id.number < self.of_each).then(|| specimen::job_id(job.id.task.0, job.id.number + 1));
        task.state = next.map_or(TaskState::Done, |job| TaskState::Working { job });
        Ok(Commit {
            jobs: next.map(specimen::agent_job).into_iter().collect(),
            ..specimen::update(task)
        })
    }
}
