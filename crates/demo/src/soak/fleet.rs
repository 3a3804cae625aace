//! Many tasks on one daemon, people who attend to them, and faults that strike at random while they work.
//!
//! Three parts: a storm with everything that can happen, in which the daemon dies and is started again; a few tasks on a fresh daemon, after which
//! it is counted what that daemon holds; and the rest on the same daemon with dying agents and runners, after which it is counted again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::id::IssueId;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::outbox::OutboxFilter;
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use rustix::process::Signal;

use super::census::Census;
use super::daemon::{Beginning, Daemon};
use super::dice::Dice;
use super::doors::Doors;
use super::installation::{FAULTS, Installation};
use super::kills::Kills;
use super::people::People;
use super::programs::Programs;
use super::strike::{self, Victim};
use super::waiting::{block_on, pause, wait_for};
use super::{moment, processes};

const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(60);
/// How long counts may take to fall back: threads that wait for work end by themselves.
const SETTLING: Duration = Duration::from_secs(20);
/// How long a task may take on a loaded machine before something hangs.
const PER_TASK: Duration = Duration::from_secs(60);

/// What is played.
#[derive(Clone)]
pub struct Plan {
    /// The daemon's program.
    pub programs: Arc<Programs>,
    /// How board and store are opened.
    pub doors: Doors,
    /// How many tasks.
    pub tasks: usize,
    /// How many runs at once; twice as many tasks are open.
    pub at_once: usize,
    /// Of the dice.
    pub seed: u64,
}

/// How it went.
#[derive(Debug)]
pub struct Outcome {
    /// The daemon's directory, for whoever looks further.
    pub home: PathBuf,
    /// Kills -9.
    pub kills: Kills,
    /// Ends of daemons that were told to stop.
    pub stops: u64,
    /// Faults that were laid for agents.
    pub faults: u64,
    /// Tasks that stopped for a person and were restarted: which, and why they stopped.
    pub restarts: Vec<(String, String)>,
    /// What the last daemon held once it was warm, and at its end.
    pub census: (Census, Census),
    /// Whatever is more at the end.
    pub leaks: Vec<String>,
    /// Processes that outlived the last daemon.
    pub left: usize,
}

/// The faults of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// None.
    Calm,
    /// Daemons, runners and agents die, agents fail.
    Storm,
    /// Runners and agents die, agents fail.
    Rain,
}

/// Plays the plan in an empty directory, whose last daemon has ended then. Panics when a task does not end.
#[must_use]
pub fn play(plan: &Plan, place: &Path) -> Outcome {
    let mut fleet = Fleet::new(plan, place);
    let storm = (plan.tasks * 2 / 5).max(1);
    let warm = storm + (plan.tasks / 10).max(plan.at_once.min(plan.tasks - storm));
    fleet.work(1, Weather::Calm);
    fleet.work(storm, Weather::Storm);
    fleet.restart(Signal::TERM);
    fleet.work(warm.min(plan.tasks), Weather::Calm);
    let before = fleet.census();
    fleet.work(plan.tasks, Weather::Rain);
    let (after, leaks) = fleet.settle(&before);
    fleet.end((before, after), leaks)
}

struct Fleet {
    plan: Plan,
    installation: Installation,
    daemon: Daemon,
    people: People,
    store: Arc<dyn Store>,
    dice: Dice,
    issues: Vec<IssueId>,
    begun: BTreeSet<IssueId>,
    struck: BTreeSet<String>,
    kills: Kills,
    stops: u64,
    faults: u64,
}

impl Fleet {
    fn new(plan: &Plan, place: &Path) -> Self {
        let installation = Installation::new(place, plan.at_once);
        let Beginning {
            daemon,
            store,
            people,
        } = Beginning::of(&plan.programs, plan.doors, &installation);
        Self {
            people,
            store,
            dice: Dice(plan.seed),
            plan: plan.clone(),
            installation,
            daemon,
            issues: Vec::new(),
            begun: BTreeSet::new(),
            struck: BTreeSet::new(),
            kills: Kills::default(),
            stops: 0,
            faults: 0,
        }
    }

    /// Works until so many tasks are over and everything is quiet.
    fn work(&mut self, goal: usize, weather: Weather) {
        let begun = SystemClock.now();
        let patience = PER_TASK * u32::try_from(goal).unwrap_or(u32::MAX);
        let mut next_strike = self.next_strike(weather);
        loop {
            let open = block_on(self.store.tasks(TaskFilter::Open)).expect("the store can be read");
            self.begun.extend(open.iter().map(|task| task.issue.clone()));
            let over = self.begun.len() - open.len();
            if over >= goal && self.is_quiet() {
                return;
            }
            self.people.attend(self.store.as_ref(), &open);
            self.write_issues(goal, over, weather);
            if SystemClock.now() >= next_strike && over < goal {
                self.strike(weather);
                next_strike = self.next_strike(weather);
            }
            self.look_after(begun, patience, &open);
            pause(LOOK);
        }
    }

    /// A daemon that ends by itself, or tasks that hang, are told with all that is known.
    fn look_after(&mut self, begun: Timestamp, patience: Duration, open: &[Task]) {
        let hangs = SystemClock.now().since(begun) > patience;
        let ended = self.daemon.ended_by_itself();
        if !hangs && ended.is_none() {
            return;
        }
        let tasks: Vec<String> = open
            .iter()
            .map(|task| format!("{} in {}: {:?}", task.work_item, task.stage, task.state))
            .collect();
        match ended {
            Some(said) => panic!("the daemon ended by itself with {tasks:#?}: {said}"),
            None => panic!("tasks hang: {tasks:#?}: {}", self.daemon.last_words()),
        }
    }

    fn is_quiet(&self) -> bool {
        let effects = block_on(self.store.effects(OutboxFilter::Open)).expect("the store can be read");
        let jobs = block_on(self.store.counts()).expect("the store can be read");
        effects.is_empty()
            && jobs.running + jobs.queued == 0
            && processes::living_runs(&self.installation.home()).is_empty()
    }

    /// Keeps twice as many tasks open as there are places for runs; in bad weather every other one is given a fault.
    fn write_issues(&mut self, goal: usize, over: usize, weather: Weather) {
        while self.issues.len() < goal && self.issues.len() - over < self.plan.at_once * 2 {
            let number = self.issues.len() + 1;
            if weather != Weather::Calm && self.dice.below(2) == 0 {
                self.lay_fault();
            }
            self.issues.push(self.people.write(number));
        }
    }

    fn lay_fault(&mut self) {
        let pick =
            |dice: &mut Dice, many: usize| usize::try_from(dice.below(many as u64)).unwrap_or_default();
        let (fault, stages) = FAULTS[pick(&mut self.dice, FAULTS.len())];
        let stage = stages[pick(&mut self.dice, stages.len())];
        self.faults += 1;
        self.installation.lay(self.faults, fault, stage);
    }

    fn next_strike(&mut self, weather: Weather) -> Timestamp {
        let within = match weather {
            Weather::Calm => return SystemClock.now().plus(PATIENCE * 60),
            Weather::Storm => 3_000,
            Weather::Rain => 1_500,
        };
        SystemClock
            .now()
            .plus(Duration::from_millis(self.dice.below(within)))
    }

    fn strike(&mut self, weather: Weather) {
        let home = self.installation.home();
        let throw = self.dice.below(10);
        let victim = match (weather, throw) {
            (Weather::Storm, 0) => {
                self.stops += 1;
                return self.restart(Signal::TERM);
            }
            (Weather::Storm, 1..5) => {
                self.kills
                    .count(moment::of_home(self.plan.doors, &home), Victim::Daemon);
                return self.restart(Signal::KILL);
            }
            (_, 0..7) => Victim::Agent,
            (_, _) => Victim::Runner,
        };
        let mortal = strike::mortal(victim, &home, &self.struck);
        if mortal.is_empty() {
            return;
        }
        let at = usize::try_from(self.dice.below(mortal.len() as u64)).unwrap_or_default();
        if let Some(struck) = strike::kill_in(&mortal[at], victim, &mut self.struck) {
            self.kills.count(&struck.moment, victim);
        }
    }

    fn restart(&mut self, signal: Signal) {
        let (settings, home) = (self.installation.settings(), self.installation.home());
        self.daemon.end(signal);
        self.daemon = Daemon::start(&self.plan.programs, &settings, &home);
    }

    fn census(&mut self) -> Census {
        Census::of(self.daemon.pid(), &self.installation.home())
    }

    /// Counts again, once what comes and goes is gone.
    fn settle(&mut self, before: &Census) -> (Census, Vec<String>) {
        wait_for(SETTLING, || {
            self.census().leaks_since(before).is_empty().then_some(())
        });
        let after = self.census();
        let leaks = after.leaks_since(before);
        (after, leaks)
    }

    fn end(mut self, census: (Census, Census), leaks: Vec<String>) -> Outcome {
        let home = self.installation.home();
        self.daemon.end(Signal::TERM);
        Outcome {
            left: processes::of_home(&home).len(),
            home,
            kills: self.kills,
            stops: self.stops,
            faults: self.faults,
            restarts: self.people.restarts(),
            census,
            leaks,
        }
    }
}
