//! A decision: what the rules make of an event. Data only; `engine/step.rs` commits it in one transaction.

use serde::{Deserialize, Serialize};

use crate::effect::NewEffect;
use crate::id::JobId;
use crate::job::NewJob;
use crate::task::Task;
use crate::time::Timestamp;
use crate::timer::TimerChange;

/// What the rules make of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// The task changes.
    Change(Box<Change>),
    /// Nothing changes; why, for the log. Expected: a duplicate, a stale timer, an echo.
    Ignore(String),
    /// The event cannot happen in this state. Logged and acknowledged, never retried.
    Illegal(String),
}

/// A change of a task and everything that follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The task as it is from now on.
    pub task: Task,
    /// Rows for the outbox.
    pub effects: Vec<NewEffect>,
    /// Jobs to queue.
    pub jobs: Vec<NewJob>,
    /// Jobs to queue again: the same job with the next fence.
    pub requeue: Vec<Requeue>,
    /// Jobs to call off.
    pub cancel: Vec<JobId>,
    /// Timers to arm and disarm, in this order.
    pub timers: Vec<TimerChange>,
    /// What was decided, a sentence for the log and for `orchctl`.
    pub note: String,
}

/// A job that is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requeue {
    /// Which.
    pub job: JobId,
    /// Not before.
    pub available_at: Timestamp,
}
