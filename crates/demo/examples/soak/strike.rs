//! Who is killed and when.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::dice::Dice;
use crate::processes::{self, Seen};
use crate::waiting::{pause, wait_for};

const MOST_PER_ROUND: u64 = 8;
/// A daemon dies within so many milliseconds of the last strike or its start.
const DAEMON_WITHIN: u64 = 2_500;
/// A runner or an agent dies within so many milliseconds of being found; an agent works about half a second.
const RUN_WITHIN: u64 = 550;
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    Daemon,
    Runner,
    Agent,
}

/// One kill to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strike {
    pub(crate) victim: Victim,
    delay: Duration,
}

/// The kills of a round, in the order they are carried out.
pub(crate) fn plan(dice: &mut Dice) -> Vec<Strike> {
    (0..=dice.below(MOST_PER_ROUND)).map(|_| strike(dice)).collect()
}

fn strike(dice: &mut Dice) -> Strike {
    let (victim, within) = match dice.below(10) {
        0..5 => (Victim::Daemon, DAEMON_WITHIN),
        5..8 => (Victim::Runner, RUN_WITHIN),
        _ => (Victim::Agent, RUN_WITHIN),
    };
    Strike {
        victim,
        delay: Duration::from_millis(dice.below(within)),
    }
}

impl Strike {
    /// Waits for the moment and kills; none when there was nobody to be killed before the demo ended.
    pub(crate) fn carry_out(
        self,
        home: &Path,
        struck: &mut BTreeSet<String>,
        is_over: impl Fn() -> bool,
    ) -> Option<Seen> {
        match self.victim {
            Victim::Daemon => {
                pause(self.delay);
                first_unless(&is_over, || processes::daemon(home)).and_then(processes::kill)
            }
            Victim::Runner | Victim::Agent => {
                let run = first_unless(&is_over, || self.mortal(home, struck))?;
                pause(self.delay);
                self.kill_in(&run, struck)
            }
        }
    }

    fn kill_in(self, run: &Path, struck: &mut BTreeSet<String>) -> Option<Seen> {
        let pid = if self.victim == Victim::Runner {
            processes::runner(run)
        } else {
            processes::agent(run)
        };
        let killed = pid.and_then(processes::kill);
        if killed.is_some() {
            struck.extend(work_of(run));
        }
        killed
    }

    /// A run that may lose its runner or agent and still end as if nothing had been: not a deployer, who is never repeated; not a test
    /// command, whose death is a red test; and each work once, because its attempts are counted.
    fn mortal(self, home: &Path, struck: &BTreeSet<String>) -> Option<PathBuf> {
        processes::living_runs(home).into_iter().find(|run| {
            let Some(work) = work_of(run) else {
                return false;
            };
            let is_test_command = work == COMMAND && self.victim == Victim::Agent;
            let is_spared = work.starts_with("deploy") || is_test_command || struck.contains(&work);
            !is_spared
        })
    }
}

const COMMAND: &str = "command";

/// The stage that a run works for; none while it is not written yet: a run's lock is there first.
fn work_of(run: &Path) -> Option<String> {
    let text = fs::read_to_string(run.join("spec.json")).ok()?;
    let spec: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(spec["env"]["ORCHD_STAGE"].as_str().unwrap_or(COMMAND).to_owned())
}

fn first_unless<T>(is_over: impl Fn() -> bool, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    wait_for(PATIENCE, || {
        is_over().then_some(None).or_else(|| look().map(Some))
    })
    .flatten()
}
