//! The stop sequence: TERM to the program's group, grace, then KILL for everything.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::moment::Deadline;
use crate::record::EndReason;
use crate::run_dir::CANCEL;

/// When and why the program is to be stopped.
pub(super) struct Stop {
    control: PathBuf,
    limit: Deadline,
    grace: Duration,
    state: State,
}

enum State {
    NotAsked,
    /// Others than the clock and the control file want it.
    Asked {
        reason: EndReason,
    },
    Grace {
        reason: EndReason,
        until: Deadline,
    },
    Killing {
        reason: EndReason,
    },
}

/// What the supervisor must do now.
#[derive(PartialEq, Eq)]
pub(super) enum Order {
    Nothing,
    KillAll,
}

impl Stop {
    pub(super) fn new(control: PathBuf, limit: Duration, grace: Duration) -> Stop {
        Stop {
            control,
            limit: Deadline::after(limit),
            grace,
            state: State::NotAsked,
        }
    }

    /// Asks for the end. One that is under way keeps its reason.
    pub(super) fn ask(&mut self, reason: EndReason) {
        if matches!(self.state, State::NotAsked) {
            self.state = State::Asked { reason };
        }
    }

    /// Ends the grace, if it runs.
    pub(super) fn hurry(&mut self) {
        if let State::Asked { reason } | State::Grace { reason, .. } = self.state {
            self.state = State::Killing { reason };
        }
    }

    /// Looks at the clock and the control file. `program` must not be reaped yet: it leads the group.
    pub(super) fn check(&mut self, program: Pid) -> Order {
        if let Some(reason) = self.asked() {
            // Fails only when nobody is left in the group, and then the supervisor sees the exit.
            let _ = kill_process_group(program, Signal::TERM);
            self.state = State::Grace {
                reason,
                until: Deadline::after(self.grace),
            };
        }
        match self.state {
            State::Grace { reason, until } if until.passed() => {
                self.state = State::Killing { reason };
                Order::KillAll
            }
            State::Killing { .. } => Order::KillAll,
            State::NotAsked | State::Asked { .. } | State::Grace { .. } => Order::Nothing,
        }
    }

    /// How long nothing new can happen here, except an order in the control file.
    pub(super) fn remaining(&self) -> Duration {
        match self.state {
            State::NotAsked => self.limit.remaining(),
            State::Asked { .. } => Duration::ZERO,
            State::Grace { until, .. } => until.remaining(),
            State::Killing { .. } => Duration::MAX,
        }
    }

    /// Why the program is being stopped or was stopped, if so.
    pub(super) fn reason(&self) -> Option<EndReason> {
        match self.state {
            State::NotAsked => None,
            State::Asked { reason } | State::Grace { reason, .. } | State::Killing { reason } => Some(reason),
        }
    }

    /// Why the end is to begin now.
    fn asked(&self) -> Option<EndReason> {
        match self.state {
            State::NotAsked if self.cancelled() => Some(EndReason::Cancelled),
            State::NotAsked => self.limit.passed().then_some(EndReason::Timeout),
            State::Asked { reason } => Some(reason),
            State::Grace { .. } | State::Killing { .. } => None,
        }
    }

    /// Whether the control file holds the order.
    pub(super) fn cancelled(&self) -> bool {
        let mut order = String::new();
        std::fs::File::open(&self.control)
            .and_then(|file| file.take(64).read_to_string(&mut order))
            .is_ok_and(|_| order.trim() == CANCEL)
    }
}
