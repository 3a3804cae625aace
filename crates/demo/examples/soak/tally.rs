//! What all rounds came to.

use std::fmt;

use crate::strike::Victim;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kills {
    daemon: u64,
    runner: u64,
    agent: u64,
}

impl Kills {
    pub(crate) fn count(&mut self, victim: Victim) {
        match victim {
            Victim::Daemon => self.daemon += 1,
            Victim::Runner => self.runner += 1,
            Victim::Agent => self.agent += 1,
        }
    }

    fn all(self) -> u64 {
        self.daemon + self.runner + self.agent
    }

    fn add(&mut self, other: Self) {
        self.daemon += other.daemon;
        self.runner += other.runner;
        self.agent += other.agent;
    }
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills ({} daemon, {} runner, {} agent)",
            self.all(),
            self.daemon,
            self.runner,
            self.agent
        )
    }
}

/// What must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Lost,
    Doubled,
    Disagrees,
    ProcessLeft,
    CheckoutLeft,
}

/// One thing that must not be, in words.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) wrong: Wrong,
    pub(crate) what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.wrong, self.what)
    }
}

/// How a round went.
pub(crate) struct Outcome {
    pub(crate) scenario: &'static str,
    pub(crate) kills: Kills,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seconds: u64,
}

/// The sums.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    begun: u64,
    ended: u64,
    kills: Kills,
    wrongs: Vec<Wrong>,
}

impl Tally {
    /// The number of the round that begins; none when there have been enough rounds and kills.
    pub(crate) fn next_round(&mut self, rounds: u64, kills: u64) -> Option<u64> {
        let enough = self.begun >= rounds && self.kills.all() >= kills;
        if enough {
            return None;
        }
        self.begun += 1;
        Some(self.begun)
    }

    pub(crate) fn add(&mut self, outcome: &Outcome) {
        self.ended += 1;
        self.kills.add(outcome.kills);
        self.wrongs.extend(outcome.faults.iter().map(|fault| fault.wrong));
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.wrongs.is_empty()
    }

    /// The final table.
    pub(crate) fn table(&self, seconds: u64) -> String {
        let times = |wrong| self.wrongs.iter().filter(|found| **found == wrong).count();
        let rows = [
            ("rounds", self.ended),
            ("kills", self.kills.all()),
            ("  of daemons", self.kills.daemon),
            ("  of runners", self.kills.runner),
            ("  of agents", self.kills.agent),
            ("lost", times(Wrong::Lost) as u64),
            ("doubled", times(Wrong::Doubled) as u64),
            ("disagreements", times(Wrong::Disagrees) as u64),
            ("processes left", times(Wrong::ProcessLeft) as u64),
            ("checkouts left", times(Wrong::CheckoutLeft) as u64),
            ("seconds", seconds),
        ];
        rows.map(|(name, number)| format!("{name:<16}{number:>8}"))
            .join("\n")
    }
}
