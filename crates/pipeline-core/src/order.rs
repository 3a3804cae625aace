//! Orders: what a human wants, given on the board or through `orchctl`. Both take the same road.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ActivityId, EffectKey, JobId, OrderId, TaskId};
use crate::stage::StageName;
use crate::time::Timestamp;

/// A move on the board that counts as an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardOrder {
    /// Idempotency key.
    pub id: ActivityId,
    /// When, by the tracker's clock.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub what: BoardOrderKind,
}

/// What a move on the board means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardOrderKind {
    /// Moved to In Progress: start, go on with answers, or restart.
    InProgress,
    /// Moved to Approved.
    Approved,
    /// Moved to Rejected.
    Rejected,
    /// Moved to Cancelled, or the issue was deleted.
    Cancelled,
}

/// An order of an operator, as stored; who gave it and why is kept for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorOrder {
    /// As stored.
    pub id: OrderId,
    /// For which task; [`TaskId::NONE`] for an outbox row that belongs to none.
    pub task: TaskId,
    /// The operator's account.
    pub by: String,
    /// Why; empty where no reason is asked for.
    pub reason: String,
    /// When it was given.
    pub at: Timestamp,
    /// What.
    pub what: OperatorOrderKind,
}

/// What an operator may order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum OperatorOrderKind {
    /// Approve what is asked.
    Approve,
    /// Reject it, with the reason.
    Reject,
    /// Gather the gate's evidence again.
    Advance,
    /// Move the task to this stage without its gates.
    ForceStage {
        /// Where to.
        stage: StageName,
    },
    /// Run a job of a blocked task again.
    Requeue {
        /// Which.
        job: JobId,
    },
    /// Give the task up.
    Cancel,
    /// Restart a blocked task with fresh counters.
    Restart,
    /// Pin the task to the definition that its project has now. Whoever carries it out brings both definitions
    /// ([`crate::event::Event::Repinned`]).
    Repin,
    /// Send an outbox row now; when a dead one blocks the task, restart the task from there.
    RetryEffect {
        /// Which.
        effect: EffectKey,
    },
    /// Take an outbox row out: it is not sent. A task that waits for it is blocked.
    DropEffect {
        /// Which.
        effect: EffectKey,
    },
    /// Forget what holds an account of a provider back: its next runs begin. About no task.
    ResetProvider {
        /// Which.
        account: AccountId,
    },
    /// Look now whether accounts of providers could begin a run, without spending tokens. About no task.
    CheckProviders {
        /// Which; none: every one of the registry.
        account: Option<AccountId>,
    },
}

/// What became of an operator's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAnswer {
    /// Carried out; the sentence says what happens now.
    Accepted(String),
    /// Not carried out; the sentence says why and what to do.
    Refused(String),
}
