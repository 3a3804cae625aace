//! The queue and the runs.

use std::cmp::Reverse;

use async_trait::async_trait;
use pipeline_core::id::{InstanceId, JobId, ProjectId, TaskId};
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{
    Claim, ClaimRequest, JobCounts, JobFilter, JobRow, JobStore, LeasedJob, Renewal,
};
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;
use crate::fake::store::state::{State, StoredJob};

#[async_trait]
impl JobStore for FakeStore {
    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError> {
        self.call("claim", |state| {
            let claim = state.claim(&request);
            state.version += u64::from(matches!(claim, Claim::Taken(_)));
            Ok(claim)
        })
    }

    async fn renew(
        &self,
        job: JobId,
        fence: u32,
        owner: &InstanceId,
        until: Timestamp,
    ) -> Result<Renewal, StoreError> {
        self.write("renew", |state| {
            let Some(job) = state.attempt(job, fence) else {
                return Ok(Renewal::Lost);
            };
            job.lease = Some((owner.clone(), until));
            Ok(renewal(job))
        })
    }

    async fn lease(&self, job: JobId, fence: u32) -> Result<Renewal, StoreError> {
        self.call("lease", |state| {
            let attempt = state.attempt(job, fence);
            Ok(attempt.map_or(Renewal::Lost, |job| renewal(job)))
        })
    }

    async fn leased(&self) -> Result<Vec<LeasedJob>, StoreError> {
        self.call("leased", |state| {
            Ok(state.jobs.iter().filter_map(leased).collect())
        })
    }

    async fn give_back(
        &self,
        job: JobId,
        fence: u32,
        available_at: Timestamp,
        died: bool,
    ) -> Result<Option<u32>, StoreError> {
        self.write("give_back", |state| {
            let Some(job) = state.attempt(job, fence) else {
                return Ok(None);
            };
            job.deaths += u32::from(died);
            if job.cancel_requested {
                job.end(JobStatus::Cancelled);
            } else {
                job.queue(available_at);
            }
            Ok(Some(job.deaths))
        })
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<JobRow>, StoreError> {
        self.call("jobs", |state| Ok(state.job_rows(filter)))
    }

    async fn counts(&self) -> Result<JobCounts, StoreError> {
        self.call("counts", |state| {
            let mut counts = JobCounts::default();
            for job in &state.jobs {
                match job.status {
                    JobStatus::Queued => counts.queued += 1,
                    JobStatus::Running => counts.running += 1,
                    JobStatus::Done => counts.done += 1,
                    JobStatus::Failed => counts.failed += 1,
                    JobStatus::Cancelled => counts.cancelled += 1,
                }
            }
            Ok(counts)
        })
    }

    async fn runs(&self, task: TaskId) -> Result<Vec<RunRow>, StoreError> {
        self.call("runs", |state| {
            let mut runs: Vec<RunRow> = state
                .runs
                .values()
                .filter(|row| row.run.job.task == task)
                .cloned()
                .collect();
            runs.sort_by_key(|row| (row.started_at, row.run));
            Ok(runs)
        })
    }
}

impl State {
    pub(super) fn job(&mut self, id: JobId) -> Option<&mut StoredJob> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    /// The job while exactly this attempt is leased.
    fn attempt(&mut self, id: JobId, fence: u32) -> Option<&mut StoredJob> {
        self.job(id)
            .filter(|job| job.status == JobStatus::Running && job.fence == fence)
    }

    fn claim(&mut self, request: &ClaimRequest) -> Claim {
        let mut taken = Vec::new();
        while taken.len() < request.at_most.max(1)
            && let Some(at) = self.next_job(request)
        {
            taken.push(self.take(at, request));
        }
        if !taken.is_empty() {
            return Claim::Taken(taken);
        }
        let later = |job: &&StoredJob| job.status == JobStatus::Queued && job.available_at > request.now;
        Claim::Empty {
            next: self.jobs.iter().filter(later).map(|job| job.available_at).min(),
        }
    }

    fn take(&mut self, at: usize, request: &ClaimRequest) -> LeasedJob {
        let job = &mut self.jobs[at];
        job.status = JobStatus::Running;
        job.fence += 1;
        job.cancel_requested = false;
        job.lease = Some((request.owner.clone(), request.lease_until));
        let (limited, taken) = (job.is_limited(), leased(job).expect("the job was just leased"));
        if limited {
            self.turns.retain(|project| *project != taken.project);
            self.turns.push(taken.project.clone());
        }
        taken
    }

    fn next_job(&self, request: &ClaimRequest) -> Option<usize> {
        let overall = self.running(None);
        let may_begin = |job: &StoredJob| {
            job.id.number > 1 || job.fence > 0 || !request.no_new_tasks.contains(&job.project)
        };
        let may_run = |job: &StoredJob| {
            !job.is_limited()
                || (may_begin(job)
                    && overall < request.limit
                    && request
                        .project_limits
                        .get(&job.project)
                        .is_none_or(|limit| self.running(Some(&job.project)) < *limit))
        };
        self.jobs
            .iter()
            .enumerate()
            .filter(|(_, job)| job.status == JobStatus::Queued && job.available_at <= request.now)
            .filter(|(_, job)| may_run(job))
            .min_by_key(|(at, job)| {
                let (busy, turn) = if job.is_limited() {
                    let turn = self.turns.iter().position(|project| *project == job.project);
                    (self.running(Some(&job.project)), turn.map_or(0, |turn| turn + 1))
                } else {
                    (0, 0)
                };
                (job.is_limited(), busy, turn, job.available_at, *at)
            })
            .map(|(at, _)| at)
    }

    /// Leased agent and command jobs, of one project or of all.
    fn running(&self, project: Option<&ProjectId>) -> usize {
        self.jobs
            .iter()
            .filter(|job| job.status == JobStatus::Running && job.is_limited())
            .filter(|job| project.is_none_or(|project| job.project == *project))
            .count()
    }

    fn job_rows(&self, filter: JobFilter) -> Vec<JobRow> {
        let mut jobs: Vec<&StoredJob> = self.jobs.iter().collect();
        match filter {
            JobFilter::Newest(limit) => {
                jobs.reverse();
                jobs.sort_by_key(|job| Reverse(job.created_at));
                jobs.truncate(limit);
            }
            JobFilter::OfTask(task) => jobs.retain(|job| job.id.task == task),
            JobFilter::One(id) => jobs.retain(|job| job.id == id),
        }
        jobs.into_iter().map(row).collect()
    }
}

fn renewal(leased: &StoredJob) -> Renewal {
    if leased.cancel_requested {
        Renewal::CancelRequested
    } else {
        Renewal::Held
    }
}

fn leased(job: &StoredJob) -> Option<LeasedJob> {
    let (owner, lease_until) = job.lease.clone()?;
    Some(LeasedJob {
        id: job.id,
        project: job.project.clone(),
        kind: job.kind.clone(),
        fence: job.fence,
        available_at: job.available_at,
        owner,
        lease_until,
        cancel_requested: job.cancel_requested,
        deaths: job.deaths,
    })
}

fn row(job: &StoredJob) -> JobRow {
    JobRow {
        id: job.id,
        project: job.project.clone(),
        status: job.status,
        kind: job.kind.clone(),
        fence: job.fence,
        available_at: job.available_at,
        created_at: job.created_at,
    }
}
