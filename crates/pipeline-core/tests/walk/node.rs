//! A node of the walk: a task with what lives around it in the store.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::decision::Change;
use pipeline_core::effect::{EffectKind, EffectResult, MergeOutcome, Need};
use pipeline_core::event::Event;
use pipeline_core::id::{EffectKey, JobId, TreeSha};
use pipeline_core::job::JobKind;
use pipeline_core::run::AgentOutcome;
use pipeline_core::task::{Task, TaskState};
use pipeline_core::timer::{TimerChange, TimerKind};
use serde::Serialize;

/// A task, its live jobs, its unfinished Required effects and its armed timers, as the store holds them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Node {
    pub(crate) task: Task,
    pub(crate) jobs: BTreeSet<JobId>,
    pub(crate) outbox: BTreeMap<EffectKey, EffectKind>,
    pub(crate) timers: BTreeMap<TimerKind, u32>,
    /// What nobody tells the rules twice: the latest run of the stage, and the code that it left.
    pub(crate) run: LatestRun,
}

/// What became of the run that was begun last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum LatestRun {
    /// It is under way, or none was begun.
    Open,
    /// It was called off before it ended.
    CalledOff,
    /// It ended well and left this code; its report is about that code.
    Left(TreeSha),
}

impl Node {
    /// A task that was just made.
    pub(crate) fn first(change: &Change) -> Self {
        let node = Self {
            task: change.task.clone(),
            jobs: BTreeSet::new(),
            outbox: BTreeMap::new(),
            timers: BTreeMap::new(),
            run: LatestRun::Open,
        };
        node.with(change)
    }

    /// What an event ends by itself, whatever the rules make of it: the job that reported, the effect that is answered.
    pub(crate) fn ended_by(&self, event: &Event) -> Self {
        let mut node = self.clone();
        node.run = self.run_after(event);
        match event {
            Event::AgentFinished { job, .. }
            | Event::CommandFinished { job, .. }
            | Event::EvidenceGathered { job, .. }
            | Event::JobFailed { job, .. } => {
                node.jobs.remove(job);
            }
            Event::EffectDone { key, .. } | Event::EffectFailed { key, .. } => {
                node.outbox.remove(key);
            }
            Event::ItemObserved { .. }
            | Event::HeadObserved { .. }
            | Event::TimerFired { .. }
            | Event::Ordered(_)
            | Event::Repinned { .. } => {}
        }
        node
    }

    /// A report is about the code that its run left, and about that code with a clean merge of the default branch.
    fn run_after(&self, event: &Event) -> LatestRun {
        match (event, &self.task.state) {
            (
                Event::AgentFinished {
                    job,
                    outcome: AgentOutcome::Finished { harvest, .. },
                    ..
                },
                TaskState::Working { job: working },
            ) if job == working => LatestRun::Left(harvest.code_tree.clone()),
            (
                Event::EffectDone {
                    result: EffectResult::Merge(MergeOutcome::BaseMerged { code_tree, .. }),
                    ..
                },
                _,
            ) if self.saw(self.task.code_tree.as_ref()) => LatestRun::Left(code_tree.clone()),
            _ => self.run.clone(),
        }
    }

    /// The latest run of the stage ended well and saw this code.
    pub(crate) fn saw(&self, code: Option<&TreeSha>) -> bool {
        matches!((&self.run, code), (LatestRun::Left(left), Some(code)) if left == code)
    }

    /// A run that left other code than the head's is as good as none, unless the task still holds its result: the code may come back. The
    /// rest has one name for its code.
    pub(crate) fn forget_other_code(&mut self) {
        let task = &self.task;
        let result = task.result.as_ref();
        let held = result.is_some_and(|result| result.stage.as_ref() == Some(&task.stage));
        if let LatestRun::Left(left) = &mut self.run {
            let code = task.code_tree.as_ref();
            *left = TreeSha::new(if code == Some(left) { "t" } else { "t-old" });
            if code.is_some() && left.as_str() == "t-old" && !held {
                self.run = LatestRun::Open;
            }
        }
    }

    /// The event ends a job or an effect.
    pub(crate) fn is_ended_by(event: &Event) -> bool {
        match event {
            Event::AgentFinished { .. }
            | Event::CommandFinished { .. }
            | Event::EvidenceGathered { .. }
            | Event::JobFailed { .. }
            | Event::EffectDone { .. }
            | Event::EffectFailed { .. } => true,
            Event::ItemObserved { .. }
            | Event::HeadObserved { .. }
            | Event::TimerFired { .. }
            | Event::Ordered(_)
            | Event::Repinned { .. } => false,
        }
    }

    /// The store after a change.
    pub(crate) fn with(mut self, change: &Change) -> Self {
        if self
            .task
            .current_job()
            .is_some_and(|job| change.cancel.contains(&job))
            && let TaskState::Working { .. } = self.task.state
        {
            self.run = LatestRun::CalledOff;
        }
        if change
            .jobs
            .iter()
            .any(|job| matches!(job.kind, JobKind::Agent(_)))
        {
            self.run = LatestRun::Open;
        }
        if change.task.recheck.is_some() && self.run == LatestRun::CalledOff {
            // Somebody wants the gates to look without it.
            self.run = LatestRun::Open;
        }
        self.task = change.task.clone();
        self.jobs.extend(change.jobs.iter().map(|job| job.id));
        self.jobs.extend(change.requeue.iter().map(|again| again.job));
        for job in &change.cancel {
            self.jobs.remove(job);
        }
        for effect in &change.effects {
            if effect.need == Need::Required {
                self.outbox.insert(effect.key.clone(), effect.kind.clone());
            }
        }
        for timer in &change.timers {
            match timer {
                TimerChange::Arm { kind, generation, .. } => self.timers.insert(*kind, *generation),
                TimerChange::Disarm { kind } => self.timers.remove(kind),
            };
        }
        self
    }

    /// What is the same for the rules has the same key.
    pub(crate) fn key(&self) -> String {
        if self.task.is_over() {
            // Nothing else of it is looked at.
            return format!("{} at {}", self.name(), self.task.stage);
        }
        serde_json::to_string(&(
            &self.task,
            &self.jobs,
            self.outbox.values().collect::<Vec<_>>(),
            &self.timers,
            &self.run,
        ))
        .unwrap()
    }

    /// The state's name, with what stands in it where that decides what follows.
    pub(crate) fn name(&self) -> &'static str {
        self.task.state.name()
    }
}
