//! The stop sequence: TERM to the program's group, grace, then KILL for everything.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::moment::Deadline;
use crate::run_dir::{CANCEL, EndReason};

/// When and why the program is to be stopped.
pub(super) struct Stop {
    control: PathBuf,
    limit: Deadline,
    grace: Duration,
    state: State,
}

enum State {
    NotAsked,
    Grace { reason: EndReason, until: Deadline },
    Killing { reason: EndReason },
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

    /// Looks at the clock and the control file. `program` must not be reaped yet: it leads the group.
    pub(super) fn check(&mut self, program: Pid) -> Order {
        match self.state {
            State::NotAsked => {
                if let Some(reason) = self.asked() {
                    // Fails only when nobody is left in the group, and then the supervisor sees the exit.
                    let _ = kill_process_group(program, Signal::TERM);
                    self.state = State::Grace {
                        reason,
                        until: Deadline::after(self.grace),
                    };
                }
                Order::Nothing
            }
            State::Grace { reason, until } if until.passed() => {
                self.state = State::Killing { reason };
                Order::KillAll
            }
            State::Grace { .. } => Order::Nothing,
            State::Killing { .. } => Order::KillAll,
        }
    }

    /// How long nothing new can happen here, except an order in the control file.
    pub(super) fn remaining(&self) -> Duration {
        match self.state {
            State::NotAsked => self.limit.remaining(),
            State::Grace { until, .. } => until.remaining(),
            State::Killing { .. } => Duration::MAX,
        }
    }

    /// Why the program ended, once it has.
    pub(super) fn reason(&self) -> EndReason {
        match self.state {
            State::NotAsked => EndReason::Exited,
            State::Grace { reason, .. } | State::Killing { reason } => reason,
        }
    }

    /// Whether the run is to be stopped, and why.
    fn asked(&self) -> Option<EndReason> {
        if self.cancelled() {
            return Some(EndReason::Cancelled);
        }
        self.limit.passed().then_some(EndReason::Timeout)
    }

    /// Whether the control file holds the order.
    pub(super) fn cancelled(&self) -> bool {
        let mut order = String::new();
        std::fs::File::open(&self.control)
            .and_then(|file| file.take(64).read_to_string(&mut order))
            .is_ok_and(|_| order.trim() == CANCEL)
    }
}
