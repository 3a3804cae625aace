//! Who is killed and when.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dice::Dice;
use super::doors::Doors;
use super::moment;
use super::processes::{self, Seen};
use super::waiting::{pause, wait_for};

const MOST_PER_ROUND: u64 = 8;
/// A daemon dies within so many milliseconds of the last strike or its start.
const DAEMON_WITHIN: u64 = 2_500;
/// A runner or an agent dies within so many milliseconds of being found; an agent works about half a second.
const RUN_WITHIN: u64 = 550;
const PATIENCE: Duration = Duration::from_secs(20);

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    /// The daemon of the home.
    Daemon,
    /// The runner of a run.
    Runner,
    /// The program that a runner runs.
    Agent,
}

/// One kill to come.
#[derive(Debug, Clone, Copy)]
pub struct Strike {
    /// Whom it is for.
    pub victim: Victim,
    /// How long after the victim was found.
    delay: Duration,
}

/// A kill that was carried out.
#[derive(Debug, Clone)]
pub struct Struck {
    /// Who died.
    pub seen: Seen,
    /// At what moment of its task's life.
    pub moment: String,
}

/// The kills of a round, in the order they are carried out.
#[must_use]
pub fn plan(dice: &mut Dice) -> Vec<Strike> {
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
    pub fn carry_out(
        self,
        (doors, home): (Doors, &Path),
        struck: &mut BTreeSet<String>,
        is_over: impl Fn() -> bool,
    ) -> Option<Struck> {
        match self.victim {
            Victim::Daemon => {
                pause(self.delay);
                let pid = first_unless(&is_over, || processes::daemon(home))?;
                let jobs = moment::jobs(doors, home);
                if jobs.iter().any(|job| has_lost_enough(struck, job)) {
                    return None;
                }
                let killed = kill_daemon(pid, doors, home)?;
                for job in jobs {
                    let again = struck.contains(&one_loss(&job));
                    struck.insert(if again { two_losses(&job) } else { one_loss(&job) });
                }
                Some(killed)
            }
            Victim::Runner | Victim::Agent => {
                let find = || {
                    mortal(self.victim, home, struck)
                        .into_iter()
                        .find(|run| !deploys(run))
                };
                let run = first_unless(&is_over, find)?;
                pause(self.delay);
                kill_in(&run, self.victim, struck)
            }
        }
    }
}

/// A job that is under way when its daemon dies for the third time is given up for good, as it must be: no round is about that.
fn has_lost_enough(struck: &BTreeSet<String>, job: &str) -> bool {
    struck.contains(&two_losses(job))
}

fn one_loss(job: &str) -> String {
    format!("daemon of job {job}")
}

fn two_losses(job: &str) -> String {
    format!("both daemons of job {job}")
}

/// kill -9 of a daemon.
#[must_use]
pub fn kill_daemon(pid: i32, doors: Doors, home: &Path) -> Option<Struck> {
    let moment = moment::of_home(doors, home).to_owned();
    processes::kill(pid).map(|seen| Struck { seen, moment })
}

/// kill -9 of a run's runner or agent; none when it was gone.
#[must_use]
pub fn kill_in(run: &Path, victim: Victim, struck: &mut BTreeSet<String>) -> Option<Struck> {
    let work = Work::of(run)?;
    let pid = if victim == Victim::Runner {
        processes::runner(run)
    } else {
        processes::agent(run)
    };
    let seen = pid.and_then(processes::kill)?;
    struck.insert(work.name());
    let moment = if work.is_command() {
        "run of ci".to_owned()
    } else {
        format!("run of {}", work.stage)
    };
    Some(Struck { seen, moment })
}

/// Runs that may lose their runner or agent: each work once, because its attempts are counted, and no test command its program, whose death is
/// a red test.
#[must_use]
pub fn mortal(victim: Victim, home: &Path, struck: &BTreeSet<String>) -> Vec<PathBuf> {
    let may_die = |run: &PathBuf| {
        Work::of(run).is_some_and(|work| {
            let is_test_command = work.is_command() && victim == Victim::Agent;
            !is_test_command && !struck.contains(&work.name())
        })
    };
    let living = processes::living_runs(home);
    living.into_iter().filter(may_die).collect()
}

/// A deployer is never repeated: its task stops for a person when it dies.
fn deploys(run: &Path) -> bool {
    Work::of(run).is_some_and(|work| work.stage.starts_with("deploy"))
}

/// What a run works for.
struct Work {
    item: String,
    stage: String,
}

const COMMAND: &str = "command";

impl Work {
    /// None while it is not written yet: a run's lock is there first.
    fn of(run: &Path) -> Option<Self> {
        let text = fs::read_to_string(run.join("spec.json")).ok()?;
        let spec: serde_json::Value = serde_json::from_str(&text).ok()?;
        let said = |name: &str| spec["env"][name].as_str().map(str::to_owned);
        Some(Self {
            item: said("ORCHD_WORK_ITEM").unwrap_or_default(),
            stage: said("ORCHD_STAGE").unwrap_or_else(|| COMMAND.to_owned()),
        })
    }

    fn is_command(&self) -> bool {
        self.stage == COMMAND
    }

    /// A command does not say for whom it is; its own death is only its repetition.
    fn name(&self) -> String {
        format!("{} {}", self.item, self.stage)
    }
}

fn first_unless<T>(is_over: impl Fn() -> bool, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    wait_for(PATIENCE, || {
        is_over().then_some(None).or_else(|| look().map(Some))
    })
    .flatten()
}
