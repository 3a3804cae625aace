//! One round: a demo is killed by plan and started again until it ends; then everything is looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use app::clock::SystemClock;
use demo::soak::dice::Dice;
use demo::soak::kills::Kills;
use demo::soak::processes::{self, Seen};
use demo::soak::programs::{Ended, Programs};
use demo::soak::strike::{self, Strike, Struck, Victim};
use demo::soak::waiting::wait_for;
use pipeline_core::port::clock::Clock;

use crate::account::Account;
use crate::doors::DOORS;
use crate::parts::disagreements;
use crate::tally::{Fault, Outcome, Wrong};

pub(crate) const SCENARIOS: [&str; 2] = ["happy", "bounce"];
/// What ends by itself after the demo has had its time then.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// How a scenario ends when nobody disturbs it.
pub(crate) fn undisturbed(programs: &Programs, scenario: &'static str) -> Account {
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("home");
    let ended = programs.demo(&home, scenario);
    assert_eq!(ended.code, Some(0), "{scenario} by itself: {}", ended.stderr);
    Account::of(programs, &home, &ended)
}

/// Plays the round of a seed.
pub(crate) fn play(programs: &Programs, seed: u64, undisturbed: &[Account]) -> Outcome {
    let begun = SystemClock.now();
    let mut dice = Dice(seed);
    // Bounces are longer: every third round.
    let turn = usize::from(dice.below(3) == 0);
    let mut round = Round {
        programs,
        scenario: SCENARIOS[turn],
        place: tempfile::tempdir().unwrap(),
        plan: strike::plan(&mut dice).into_iter(),
        struck: BTreeSet::new(),
        seen: BTreeSet::new(),
        kills: Kills::default(),
        story: Vec::new(),
    };
    let ended = round.disturb();
    let faults = round.faults(&ended, &undisturbed[turn]);
    let kept = (!faults.is_empty()).then(|| round.keep(&ended));
    let mut outcome = Outcome {
        scenario: round.scenario,
        kills: round.kills,
        faults,
        seconds: SystemClock.now().since(begun).as_secs(),
    };
    if let (Some(kept), Some(first)) = (kept, outcome.faults.first_mut()) {
        first.what = format!("{}; kept in {}", first.what, kept.display());
    }
    outcome
}

struct Round<'a> {
    programs: &'a Programs,
    scenario: &'static str,
    place: tempfile::TempDir,
    plan: std::vec::IntoIter<Strike>,
    struck: BTreeSet<String>,
    seen: BTreeSet<Seen>,
    kills: Kills,
    /// What was killed, for whoever looks for a cause.
    story: Vec<String>,
}

impl Round<'_> {
    fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// Starts the demo again and again until it ends by itself.
    fn disturb(&mut self) -> Ended {
        let (programs, scenario, home) = (self.programs, self.scenario, self.home());
        loop {
            let (ended, killed) = thread::scope(|scope| {
                let demo = scope.spawn(|| programs.demo(&home, scenario));
                let killed = self.strike_until(&home, || demo.is_finished());
                (demo.join().unwrap(), killed)
            });
            match (killed, ended.code) {
                (Some(daemon), None) => self.kills.count(&daemon.moment, Victim::Daemon),
                (_, _) => return ended,
            }
        }
    }

    /// The daemon, when it was killed; none: there is nothing more to be killed.
    fn strike_until(&mut self, home: &Path, is_over: impl Fn() -> bool) -> Option<Struck> {
        for strike in self.plan.by_ref() {
            let killed = strike.carry_out((DOORS, home), &mut self.struck, &is_over);
            self.story
                .push(format!("{}: {strike:?} killed {killed:?}", SystemClock.now().0));
            self.seen.extend(killed.as_ref().map(|struck| struck.seen));
            self.seen.extend(processes::at_work(home));
            match (killed, strike.victim) {
                (Some(daemon), Victim::Daemon) => return Some(daemon),
                (Some(struck), Victim::Runner | Victim::Agent) => {
                    self.kills.count(&struck.moment, strike.victim);
                }
                (None, _) if is_over() => return None,
                (None, _) => {}
            }
        }
        None
    }

    fn faults(&self, ended: &Ended, undisturbed: &Account) -> Vec<Fault> {
        let home = self.home();
        let left = wait_for(LAST_BREATH, || self.left(&home).is_empty().then(Vec::new))
            .unwrap_or_else(|| self.left(&home));
        let account = Account::of(self.programs, &home, ended);
        let fault = |wrong: Wrong| move |what: String| Fault { wrong, what };
        let strange = |name: &&String| !undisturbed.checkouts.contains(*name);
        let mut faults = Vec::new();
        faults.extend(account.lacks(undisturbed).into_iter().map(fault(Wrong::Lost)));
        faults.extend(
            account
                .exceeds(undisturbed)
                .into_iter()
                .map(fault(Wrong::Doubled)),
        );
        faults.extend(
            disagreements(self.programs, &home)
                .into_iter()
                .map(fault(Wrong::Disagrees)),
        );
        faults.extend(left.into_iter().map(fault(Wrong::ProcessLeft)));
        let checkouts = account.checkouts.iter().filter(strange).cloned();
        faults.extend(checkouts.map(fault(Wrong::CheckoutLeft)));
        faults
    }

    /// Processes that outlived their demo, the unburied ones among those that were seen included.
    fn left(&self, home: &Path) -> Vec<String> {
        let living = processes::of_home(home).into_iter().filter_map(Seen::of);
        let unburied = self.seen.iter().copied().filter(|seen| seen.is_there());
        let left: BTreeSet<Seen> = living.chain(unburied).collect();
        left.into_iter().map(|seen| format!("{seen:?}")).collect()
    }

    /// Keeps the home of a round that went wrong, with what was done to it.
    fn keep(&mut self, ended: &Ended) -> PathBuf {
        self.place.disable_cleanup(true);
        let kept = self.place.path().to_owned();
        std::fs::write(kept.join("strikes"), self.story.join("\n")).unwrap();
        std::fs::write(kept.join("stdout"), &ended.stdout).unwrap();
        std::fs::write(kept.join("stderr"), &ended.stderr).unwrap();
        kept
    }
}
