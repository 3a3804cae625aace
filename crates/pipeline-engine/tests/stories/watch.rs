//! What must hold in every story: no task stands still in silence, and nothing is left over at the end.

use pipeline_core::effect::EffectKind;
use pipeline_core::id::JobId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::deliveries::DeliveryStore;
use pipeline_core::port::store::jobs::{JobFilter, JobRow, JobStore};
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, OutboxStore};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::replay::stored::replay_stored;
use pipeline_core::task::{Task, TaskState, Wait};
use pipeline_core::time::Timestamp;

use crate::world::World;

impl World {
    /// Something that differs whenever the engine did something.
    pub(crate) async fn movement(&self) -> String {
        let tasks = self.all_tasks().await;
        let revisions: Vec<(u64, &str)> = tasks
            .iter()
            .map(|task| (task.revision, task.state.name()))
            .collect();
        let open = self
            .looking(self.store.effects(OutboxFilter::Open))
            .await
            .unwrap();
        let effects: Vec<String> = open
            .iter()
            .map(|row| format!("{} {} {}", row.effect.key, row.status.as_str(), row.attempts))
            .collect();
        let counts = self.looking(self.store.counts()).await.unwrap();
        let waiting = self.waiting_deliveries(self.clock.now()).await;
        let runs = self.runner.started().len();
        format!("tasks {revisions:?}, effects {effects:?}, {counts:?}, {waiting} deliveries, {runs} runs")
    }

    /// Every task that is not over is waited for by somebody or something.
    pub(crate) async fn nobody_stalls(&self) {
        for task in self.all_tasks().await {
            let rows = self.rows(&task).await;
            let jobs = self.jobs(&task).await;
            let moves = match &task.state {
                TaskState::Done
                | TaskState::Cancelled
                | TaskState::Waiting(Wait::Human(_) | Wait::Answers) => true,
                TaskState::Working { job } | TaskState::Gathering { job } => is_live(&jobs, *job),
                TaskState::Starting | TaskState::Publishing { .. } | TaskState::Merging { .. } => {
                    holds_open(&task, &rows)
                }
                TaskState::Waiting(_) => !task.timers.is_empty() || holds_open(&task, &rows),
                TaskState::Blocked { .. } => rows
                    .iter()
                    .any(|row| matches!(row.effect.kind, EffectKind::Alert { .. })),
            };
            assert!(
                moves,
                "task {} stands still in {} {:?}: jobs {jobs:?}",
                task.id, task.stage, task.state
            );
        }
    }

    /// The end of a story: nothing is left over, and every comment is there once.
    pub(crate) async fn ends(self) {
        self.ends_with_dead(0).await;
    }

    /// The end of a story in which so many effects were to die.
    pub(crate) async fn ends_with_dead(mut self, dead: usize) {
        self.runs_until_idle().await;
        self.ended = true;
        assert_eq!(
            self.waiting_deliveries(Timestamp(i64::MAX)).await,
            0,
            "deliveries wait"
        );
        let open = self
            .looking(self.store.effects(OutboxFilter::Open))
            .await
            .unwrap();
        let open: Vec<&OutboxRow> = open
            .iter()
            .filter(|row| row.status != EffectStatus::Dead)
            .collect();
        assert!(open.is_empty(), "effects were not sent: {open:?}");
        let mut died = Vec::new();
        for task in self.all_tasks().await {
            let rows = self.rows(&task).await;
            self.nothing_is_doubled(&task, &rows);
            died.extend(rows.into_iter().filter(|row| row.status == EffectStatus::Dead));
            self.only_the_wanted_jobs_live(&task).await;
            self.log_leads_to(&task).await;
        }
        assert_eq!(died.len(), dead, "dead effects: {died:?}");
        self.timers_belong_to_open_tasks().await;
    }

    async fn only_the_wanted_jobs_live(&self, task: &Task) {
        for job in self.jobs(task).await {
            let wanted = [task.current_job(), task.ci_job, task.tests_job()].contains(&Some(job.id));
            let live = matches!(job.status, JobStatus::Queued | JobStatus::Running);
            assert!(
                !live || wanted,
                "job {} of task {} is left over: {:?}",
                job.id,
                task.id,
                job.status
            );
        }
    }

    /// What was decided is decided again from the log alone.
    async fn log_leads_to(&self, task: &Task) {
        if let Err(error) = self.looking(replay_stored(self.store.as_ref(), task)).await {
            panic!("task {} cannot be replayed: {error}", task.id);
        }
    }

    fn nothing_is_doubled(&self, task: &Task, rows: &[OutboxRow]) {
        let sent = rows
            .iter()
            .filter(|row| {
                row.status == EffectStatus::Done && matches!(row.effect.kind, EffectKind::Comment { .. })
            })
            .count();
        let mut keys: Vec<_> = self
            .board
            .look(&task.issue)
            .deleted
            .then(Vec::new)
            .unwrap_or_else(|| self.board.comments(&task.issue))
            .into_iter()
            .filter_map(|comment| comment.key)
            .filter(|key| rows.iter().any(|row| row.effect.key == *key))
            .collect();
        let written = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), written, "a comment is there twice");
        if !self.board.look(&task.issue).deleted {
            assert_eq!(written, sent, "comments on the board and in the outbox differ");
        }
    }

    async fn timers_belong_to_open_tasks(&self) {
        let armed = self
            .looking(self.store.due_timers(Timestamp(i64::MAX), 100))
            .await
            .unwrap();
        for task in self.all_tasks().await {
            let of_task = armed.iter().filter(|timer| timer.task == task.id).count();
            assert_eq!(
                of_task,
                task.timers.len(),
                "timers of task {} and of the store differ",
                task.id
            );
            assert!(
                !task.is_over() || of_task == 0,
                "task {} is over and has timers",
                task.id
            );
        }
    }

    async fn waiting_deliveries(&self, until: Timestamp) -> usize {
        self.looking(self.store.waiting(until, 1_000))
            .await
            .unwrap()
            .len()
    }

    async fn all_tasks(&self) -> Vec<Task> {
        self.looking(self.store.tasks(TaskFilter::All)).await.unwrap()
    }

    pub(crate) async fn rows(&self, task: &Task) -> Vec<OutboxRow> {
        self.looking(self.store.effects(OutboxFilter::OfTask(task.id)))
            .await
            .unwrap()
    }

    pub(crate) async fn jobs(&self, task: &Task) -> Vec<JobRow> {
        self.looking(self.store.jobs(JobFilter::OfTask(task.id)))
            .await
            .unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.ended, "a story ends with World::ends");
        }
    }
}

fn is_live(jobs: &[JobRow], id: JobId) -> bool {
    jobs.iter()
        .any(|job| job.id == id && matches!(job.status, JobStatus::Queued | JobStatus::Running))
}

fn holds_open(task: &Task, rows: &[OutboxRow]) -> bool {
    !task.open_effects.is_empty()
        && task.open_effects.iter().all(|key| {
            rows.iter()
                .any(|row| row.effect.key == *key && row.status.is_open())
        })
}
