//! What all rounds came to.

use std::fmt;

use demo::soak::fleet;
use demo::soak::kills::Kills;
use demo::soak::ledger::Ledger;
use demo::soak::output::Figures;
use demo::soak::strike::Victim;

/// What must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Lost,
    Doubled,
    Disagrees,
    ProcessLeft,
    CheckoutLeft,
    Leaked,
    Output,
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

/// How the many tasks on one home went.
pub(crate) struct Fleet {
    pub(crate) played: fleet::Outcome,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Vec<Fault>,
}

/// How it went with the agent that writes too much.
pub(crate) struct Output {
    pub(crate) figures: Figures,
    pub(crate) faults: Vec<Fault>,
}

/// The sums.
#[derive(Default)]
pub(crate) struct Tally {
    fleet: Option<Fleet>,
    output: Option<Output>,
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
        self.kills.add(&outcome.kills);
        self.wrongs.extend(outcome.faults.iter().map(|fault| fault.wrong));
    }

    /// Takes up the many tasks.
    pub(crate) fn add_fleet(&mut self, fleet: Fleet) {
        self.kills.add(&fleet.played.kills);
        self.wrongs.extend(fleet.faults.iter().map(|fault| fault.wrong));
        self.fleet = Some(fleet);
    }

    /// Takes up the output.
    pub(crate) fn add_output(&mut self, output: Output) {
        self.wrongs.extend(output.faults.iter().map(|fault| fault.wrong));
        self.output = Some(output);
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.wrongs.is_empty()
    }

    /// The final table.
    pub(crate) fn table(&self, seconds: u64) -> String {
        let times = |wrong| self.wrongs.iter().filter(|found| **found == wrong).count() as u64;
        let row = |(name, number): (&str, u64)| format!("{name:<20}{number:>8}");
        let mut lines = [
            ("rounds", self.ended),
            ("kills", self.kills.all()),
            ("  of daemons", self.kills.of(Victim::Daemon)),
            ("  of runners", self.kills.of(Victim::Runner)),
            ("  of agents", self.kills.of(Victim::Agent)),
        ]
        .map(row)
        .to_vec();
        lines.extend(self.kills.lines());
        let done = self.fleet.as_ref().map_or(0, |fleet| fleet.ledger.done as u64);
        lines.push(row(("tasks done", self.ended + done)));
        lines.extend(
            [
                ("lost", times(Wrong::Lost)),
                ("doubled", times(Wrong::Doubled)),
                ("disagreements", times(Wrong::Disagrees)),
                ("processes left", times(Wrong::ProcessLeft)),
                ("checkouts left", times(Wrong::CheckoutLeft)),
                ("leaks", times(Wrong::Leaked)),
                ("faults of output", times(Wrong::Output)),
            ]
            .map(row),
        );
        lines.extend(self.fleet.iter().flat_map(of_fleet));
        lines.extend(
            self.output
                .iter()
                .map(|output| format!("output: {}", output.figures)),
        );
        lines.push(row(("seconds", seconds)));
        lines.join("\n")
    }
}

fn of_fleet(fleet: &Fleet) -> Vec<String> {
    let Fleet { played, ledger, .. } = fleet;
    vec![
        format!(
            "one home: {} tasks done, {} runs, {} merges, {} faults of agents, {} kills, {} ends of daemons by order, {} restarts by people",
            ledger.done,
            ledger.runs,
            ledger.merges,
            played.faults,
            played.kills.all(),
            played.stops,
            played.restarts.len()
        ),
        format!("  its last daemon, warm:   {}", played.census.0),
        format!("  its last daemon, at end: {}", played.census.1),
    ]
}
