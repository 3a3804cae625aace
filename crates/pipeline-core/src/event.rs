//! Events: everything that can happen to a task, in our words. The only way back from the outside.

use serde::{Deserialize, Serialize};

use crate::effect::{EffectKind, EffectResult};
use crate::evidence::Evidence;
use crate::id::{EffectKey, JobId, PipelineDigest, ProjectDigest, TaskId};
use crate::observation::{HeadObservation, ItemObservation};
use crate::order::{BoardOrder, OperatorOrder};
use crate::pipeline::Pipeline;
use crate::run::{AgentOutcome, CommandOutcome, RunFailure};
use crate::time::Timestamp;
use crate::timer::TimerKind;

/// Something happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The issue was read; with an order when somebody moved it.
    ItemObserved {
        /// As read.
        item: ItemObservation,
        /// The one order this event carries.
        order: Option<BoardOrder>,
    },
    /// The branch was read.
    HeadObserved {
        /// As read.
        head: HeadObservation,
    },
    /// An agent run ended.
    AgentFinished {
        /// The job.
        job: JobId,
        /// The attempt.
        fence: u32,
        /// What came of it.
        outcome: AgentOutcome,
    },
    /// A project command ended.
    CommandFinished {
        /// The job.
        job: JobId,
        /// The attempt.
        fence: u32,
        /// What came of it.
        outcome: CommandOutcome,
    },
    /// Evidence was gathered.
    EvidenceGathered {
        /// The job.
        job: JobId,
        /// The attempt.
        fence: u32,
        /// What was found.
        evidence: Evidence,
    },
    /// A job cannot be run any more, whatever its kind (poison).
    JobFailed {
        /// The job.
        job: JobId,
        /// The attempt.
        fence: u32,
        /// Why.
        failure: RunFailure,
    },
    /// A Required effect is done.
    EffectDone {
        /// Which.
        key: EffectKey,
        /// What came of it.
        result: EffectResult,
    },
    /// A Required effect is dead.
    EffectFailed {
        /// Which.
        key: EffectKey,
        /// What it was, for a restart.
        effect: EffectKind,
        /// What the system said.
        error: String,
    },
    /// A timer fired.
    TimerFired {
        /// Which.
        kind: TimerKind,
        /// Stale ones are ignored.
        generation: u32,
    },
    /// An operator ordered something.
    Ordered(OperatorOrder),
    /// An operator ordered that the task follows another definition from here on.
    Repinned {
        /// The order, for the audit.
        order: OperatorOrder,
        /// The definition that the task was pinned to when this was looked up; it does not count when that has changed since.
        from: PipelineDigest,
        /// The other one, whole, so that the log can be replayed.
        to: Box<Pipeline>,
    },
}

/// An entry of the event log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Whose.
    pub task: TaskId,
    /// The revision that it made.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// What was decided.
    pub note: String,
    /// By which settings of the project. None in entries of versions that did not keep them.
    #[serde(default)]
    pub project: Option<ProjectDigest>,
}

impl Event {
    /// A short name for logs and tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ItemObserved { order: Some(_), .. } => "item_ordered",
            Self::ItemObserved { order: None, .. } => "item_observed",
            Self::HeadObserved { .. } => "head_observed",
            Self::AgentFinished { .. } => "agent_finished",
            Self::CommandFinished { .. } => "command_finished",
            Self::EvidenceGathered { .. } => "evidence_gathered",
            Self::JobFailed { .. } => "job_failed",
            Self::EffectDone { .. } => "effect_done",
            Self::EffectFailed { .. } => "effect_failed",
            Self::TimerFired { .. } => "timer_fired",
            Self::Ordered(_) => "ordered",
            Self::Repinned { .. } => "repinned",
        }
    }
}
