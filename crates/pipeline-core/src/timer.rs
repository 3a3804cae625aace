//! Timers: waiting for time. One per task and kind; a generation tells a fired timer from one that was armed again.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// Look at CI again.
    CiPoll,
    /// Remind people of a dependency that lasts.
    DependencyReminder,
}

impl TimerKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::CiPoll, Self::DependencyReminder];

    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CiPoll => "ci_poll",
            Self::DependencyReminder => "dependency_reminder",
        }
    }
}

/// A change to a task's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerChange {
    /// Arm (again).
    Arm {
        /// Which.
        kind: TimerKind,
        /// Replaces every earlier one.
        generation: u32,
        /// When it fires.
        due: Timestamp,
    },
    /// Take it back.
    Disarm {
        /// Which.
        kind: TimerKind,
    },
}
