//! A node of the walk: a task with what lives around it in the store.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::decision::Change;
use pipeline_core::effect::{EffectKind, Need};
use pipeline_core::event::Event;
use pipeline_core::id::{EffectKey, JobId};
use pipeline_core::task::Task;
use pipeline_core::timer::{TimerChange, TimerKind};
use serde::Serialize;

/// A task, its live jobs, its unfinished Required effects and its armed timers, as the store holds them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Node {
    pub(crate) task: Task,
    pub(crate) jobs: BTreeSet<JobId>,
    pub(crate) outbox: BTreeMap<EffectKey, EffectKind>,
    pub(crate) timers: BTreeMap<TimerKind, u32>,
}

impl Node {
    /// A task that was just made.
    pub(crate) fn first(change: &Change) -> Self {
        let node = Self {
            task: change.task.clone(),
            jobs: BTreeSet::new(),
            outbox: BTreeMap::new(),
            timers: BTreeMap::new(),
        };
        node.with(change)
    }

    /// What an event ends by itself, whatever the rules make of it: the job that reported, the effect that is answered.
    pub(crate) fn ended_by(&self, event: &Event) -> Self {
        let mut node = self.clone();
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
            | Event::Ordered(_) => {}
        }
        node
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
            | Event::Ordered(_) => false,
        }
    }

    /// The store after a change.
    pub(crate) fn with(mut self, change: &Change) -> Self {
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
        ))
        .unwrap()
    }

    /// The state's name, with what stands in it where that decides what follows.
    pub(crate) fn name(&self) -> &'static str {
        self.task.state.name()
    }
}
