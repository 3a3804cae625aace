//! The fake clock: what is due and when. It jumps from one moment to the next.

use std::collections::BTreeMap;
use std::time::Duration;

use pipeline_core::event::Event;
use pipeline_core::id::{CommitSha, JobId};
use pipeline_core::time::Timestamp;

/// Something that will happen.
#[derive(Debug, Clone)]
pub(super) enum Due {
    /// An event reaches the rules; `attempt` when it is the result of a job.
    Event {
        task: usize,
        event: Box<Event>,
        attempt: Option<(JobId, u32)>,
    },
    /// The forge's CI has a word on a commit.
    Ci {
        task: usize,
        commit: CommitSha,
        decided: bool,
    },
    /// People look at the board.
    Patrol,
}

#[derive(Debug)]
pub(super) struct Agenda {
    pub(super) now: Timestamp,
    number: u64,
    due: BTreeMap<(Timestamp, u64), Due>,
}

impl Agenda {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            number: 0,
            due: BTreeMap::new(),
        }
    }

    pub(super) fn after(&mut self, wait: Duration, due: Due) {
        self.at(self.now.plus(wait), due);
    }

    /// What is due at the same moment happens in the order in which it was noted.
    pub(super) fn at(&mut self, moment: Timestamp, due: Due) {
        self.number += 1;
        self.due.insert((moment.max(self.now), self.number), due);
    }

    /// The next that happens, no later than `end`; the clock jumps there.
    pub(super) fn next(&mut self, end: Timestamp) -> Option<Due> {
        let ((moment, _), due) = self.due.pop_first()?;
        (moment <= end).then(|| {
            self.now = moment;
            due
        })
    }
}
