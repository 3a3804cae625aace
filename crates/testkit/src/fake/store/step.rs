//! The transaction of a step: everything is checked first, then written.

use pipeline_core::id::TaskId;
use pipeline_core::job::{JobStatus, NewJob};
use pipeline_core::orders::ItemMark;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, Committed, JobEnd, TaskWrite};
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerChange;

use crate::fake::store::state::{ArmedTimer, State, StoredJob};

impl State {
    pub(super) fn commit(&mut self, commit: Commit) -> Result<Committed, StoreError> {
        if let Some(write) = &commit.task
            && !self.is_fresh(write)?
        {
            return Ok(Committed::Stale);
        }
        if let Some(end) = &commit.job_end
            && !self.holds(end)
        {
            return Ok(Committed::Fenced);
        }
        if let Some(mark) = &commit.mark
            && mark.revision != self.mark_revision(mark)
        {
            return Ok(Committed::Stale);
        }
        let account = commit.account.as_ref();
        if !account.is_none_or(|health| self.is_account_fresh(health)) {
            return Ok(Committed::Stale);
        }
        let ends = commit.effect_end.as_ref().is_none_or(|end| self.can_end(end));
        let changes = commit.effect_change.as_ref();
        if !ends || !changes.is_none_or(|change| self.can_change(change)) {
            return Ok(Committed::Fenced);
        }
        self.write(commit);
        Ok(Committed::Yes)
    }

    fn is_fresh(&self, write: &TaskWrite) -> Result<bool, StoreError> {
        match write {
            TaskWrite::Insert(task, _) => Ok(!self.tasks.values().any(|other| {
                other.id == task.id
                    || (other.project == task.project && other.issue == task.issue)
                    || other.work_item == task.work_item
            })),
            TaskWrite::Update { task, read_revision } => {
                if task.revision != read_revision + 1 {
                    return Err(StoreError::Refused(format!(
                        "task {} was read with revision {read_revision} and is written with {}",
                        task.id, task.revision
                    )));
                }
                Ok(self
                    .tasks
                    .get(&task.id)
                    .is_some_and(|stored| stored.revision == *read_revision))
            }
        }
    }

    fn holds(&self, end: &JobEnd) -> bool {
        self.jobs.iter().any(|job| {
            job.id == end.job && job.fence == end.fence && job.settled < end.fence && !job.is_over()
        })
    }

    fn write(&mut self, commit: Commit) {
        match commit.task {
            Some(TaskWrite::Insert(task, pipeline)) => {
                self.pipelines.insert(task.pipeline.clone(), *pipeline);
                self.tasks.insert(task.id, *task);
            }
            Some(TaskWrite::Update { task, .. }) => {
                if let Some(pipeline) = commit.repin {
                    self.pipelines.insert(task.pipeline.clone(), *pipeline);
                }
                self.tasks.insert(task.id, *task);
            }
            None => {}
        }
        if let Some(logged) = commit.log {
            if let Some(digest) = logged.entry.project.clone() {
                self.projects.insert(digest, *logged.project);
            }
            self.log.push(logged.entry);
        }
        if let Some(end) = commit.effect_end {
            self.end_effect(&end);
        }
        if let Some(change) = commit.effect_change {
            self.change_effect(&change, commit.at);
        }
        for effect in commit.effects {
            self.add_effect(effect, commit.at);
        }
        if let Some(end) = commit.job_end {
            self.end_job(&end);
        }
        for requeue in commit.requeue {
            if let Some(job) = self.job(requeue.job) {
                job.queue(requeue.available_at);
            }
        }
        for job in commit.jobs {
            self.queue_job(job, commit.at);
        }
        for job in commit.cancel {
            self.call_off(job);
        }
        for (task, change) in commit.timers {
            self.change_timer(task, change);
        }
        if let Some(run) = commit.run {
            self.runs.insert(run.run, run);
        }
        for delivery in commit.acknowledge {
            if let Some(stored) = self.deliveries.get_mut(&delivery) {
                stored.waits = false;
            }
        }
        if let Some(mut mark) = commit.mark {
            mark.revision += 1;
            self.marks
                .insert((mark.project.clone(), mark.issue.clone()), mark);
        }
        if let Some(health) = commit.account {
            self.write_account(health);
        }
        if let Some((order, answer)) = commit.answer
            && let Some(row) = self.orders.get_mut(&order)
        {
            row.answer = Some(answer);
        }
    }

    fn mark_revision(&self, mark: &ItemMark) -> u64 {
        let key = (mark.project.clone(), mark.issue.clone());
        self.marks.get(&key).map_or(0, |stored| stored.revision)
    }

    fn end_job(&mut self, end: &JobEnd) {
        if let Some(job) = self.job(end.job) {
            job.settled = end.fence;
            job.end(end.status);
        }
    }

    fn queue_job(&mut self, new: NewJob, at: Timestamp) {
        if self.job(new.id).is_some() {
            return;
        }
        self.jobs.push(StoredJob {
            id: new.id,
            project: new.project,
            kind: new.kind,
            status: JobStatus::Queued,
            fence: 0,
            settled: 0,
            available_at: new.available_at,
            created_at: at,
            lease: None,
            cancel_requested: false,
            deaths: 0,
        });
    }

    fn call_off(&mut self, job: pipeline_core::id::JobId) {
        let Some(job) = self.job(job) else { return };
        match job.status {
            JobStatus::Queued => job.end(JobStatus::Cancelled),
            JobStatus::Running => job.cancel_requested = true,
            JobStatus::Done | JobStatus::Failed | JobStatus::Cancelled => {}
        }
    }

    fn change_timer(&mut self, task: TaskId, change: TimerChange) {
        match change {
            TimerChange::Arm {
                kind,
                generation,
                due,
            } => {
                self.timers.insert((task, kind), ArmedTimer { generation, due });
            }
            TimerChange::Disarm { kind } => {
                self.timers.remove(&(task, kind));
            }
        }
    }
}
