//! Lanes of the outbox: what has to be sent in order, and what may not be sent at once.

use serde::{Deserialize, Serialize};

use crate::effect::System;
use crate::id::{IssueId, ProjectId, TaskId};

/// Rows of one lane are sent one at a time and in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(pub String);

impl Lane {
    /// Per task and system.
    #[must_use]
    pub fn of_task(task: TaskId, system: System) -> Self {
        Self(format!("{task}:{}", system.as_str()))
    }

    /// The merge slot of a project: one merge at a time.
    #[must_use]
    pub fn of_merges(project: &ProjectId) -> Self {
        Self(format!("merge:{project}"))
    }

    /// Merges of the task that holds the slot of a project: they overtake those that wait for it.
    #[must_use]
    pub fn of_slot_holder(project: &ProjectId) -> Self {
        Self(format!("merge:{project}:holder"))
    }

    /// For an issue that has no task.
    #[must_use]
    pub fn of_issue(project: &ProjectId, issue: &IssueId) -> Self {
        Self(format!("{project}/{issue}:tracker"))
    }
}
