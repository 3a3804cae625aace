//! What came of a telling, and what may differ from the undisturbed one.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::IssueId;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::store::outbox::EffectStatus;
use testkit::fake::faults::Fault;

use super::telling::{Planned, Side};
use crate::world::World;

type Counts = BTreeMap<String, i64>;

/// What, by how much, and which.
type Difference = (&'static str, i64, String);

/// What came of a telling.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) dead: usize,
    /// What must be the same.
    end: End,
    /// First lines of our comments and how often each was said.
    said: Counts,
    /// Runs of each role.
    runs: Counts,
    commands: i64,
    checkouts: i64,
    alerts: Counts,
    /// Where people had to start it again.
    blocked: Vec<String>,
    /// The method that failed.
    pub(super) failed: Option<&'static str>,
}

/// What must be the same, by name.
type End = BTreeMap<&'static str, String>;

impl Account {
    pub(super) async fn of(
        world: &World,
        issue: &IssueId,
        (failed, blocked): (Option<&'static str>, Vec<String>),
    ) -> Self {
        let task = world.task(issue).await;
        let rows = world.rows(&task).await;
        let head = world.repo.default_head();
        let (merges, files) = world.repo.objects(|objects| {
            let history = objects.history(&head).into_iter();
            let merges = history.filter(|commit| objects.parents(commit).len() > 1).count();
            (merges, format!("{:?}", objects.files(&head).keys()))
        });
        Self {
            dead: rows.iter().filter(|row| row.status == EffectStatus::Dead).count(),
            end: BTreeMap::from([
                ("stands", world.stands(issue).await),
                ("column", world.board.column(issue).to_string()),
                ("pull requests", format!("{:?}", pulls(world))),
                ("merges", merges.to_string()),
                ("files", files),
                ("running", world.runner.running().len().to_string()),
            ]),
            checkouts: i64::try_from(world.workspace.checkouts().len()).unwrap(),
            said: counted(world.said(issue).iter().map(|text| first_line(text))),
            runs: counted(world.runs().into_iter()),
            commands: i64::try_from(world.commands().len()).unwrap(),
            alerts: counted(world.chat.alerts().iter().map(|alert| first_line(&alert.text))),
            blocked,
            failed,
        }
    }

    /// What differs from the undisturbed telling and may not, in short lines.
    pub(super) fn objections(&self, undisturbed: &Self, planned: &Planned) -> Vec<String> {
        let allowance = Allowance::of(self, planned);
        let differences = self.differences(undisturbed).into_iter();
        differences
            .filter(|difference| !allowance.covers(difference))
            .map(|(what, by, text)| format!("{what} {by:+} {text}"))
            .collect()
    }

    fn differences(&self, undisturbed: &Self) -> Vec<Difference> {
        let mut found: Vec<Difference> = self
            .end
            .iter()
            .filter(|(what, how)| undisturbed.end[*what] != **how)
            .map(|(what, how)| {
                (
                    "end",
                    1,
                    format!("{what}: {how} instead of {}", undisturbed.end[what]),
                )
            })
            .collect();
        counts_differ(&mut found, "said", (&self.said, &undisturbed.said));
        counts_differ(&mut found, "run", (&self.runs, &undisturbed.runs));
        counts_differ(&mut found, "alert", (&self.alerts, &undisturbed.alerts));
        for (what, by) in [
            ("command", self.commands - undisturbed.commands),
            ("checkout", self.checkouts - undisturbed.checkouts),
            ("dead", i64::try_from(self.dead).unwrap()),
            ("blocked", i64::try_from(self.blocked.len()).unwrap()),
        ] {
            if by != 0 {
                found.push((what, by, self.blocked.join(", ")));
            }
        }
        found
    }
}

fn counts_differ(found: &mut Vec<Difference>, what: &'static str, (ours, theirs): (&Counts, &Counts)) {
    for text in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        let [mine, other] = [ours, theirs].map(|counts| counts.get(text).copied().unwrap_or_default());
        if mine != other {
            found.push((what, mine - other, text.clone()));
        }
    }
}

/// What one fault may cost.
struct Allowance {
    /// The call will never work: what it was to do is missing, and people are told.
    refused: bool,
    side: Side,
    method: &'static str,
    /// A run could not be prepared, started or followed.
    of_a_run: bool,
    /// It is never repeated without people, for it deploys.
    deployer: bool,
}

impl Allowance {
    fn of(account: &Account, planned: &Planned) -> Self {
        Self {
            refused: matches!(planned.fault, Fault::Refused(_)),
            side: planned.side,
            method: account.failed.unwrap_or_default(),
            of_a_run: matches!(planned.side, Side::Runner | Side::Workspace),
            deployer: account.blocked.iter().all(|at| at.starts_with("deploy")),
        }
    }

    fn covers(&self, (what, by, text): &Difference) -> bool {
        let stopped = self.refused || (self.side == Side::Runner && self.method == "start" && self.deployer);
        match (*what, *by) {
            ("run" | "command", 1) => self.of_a_run,
            // It was called off before it had begun: its claim's answer was lost, or it could not be started.
            ("run", -1) => (self.of_a_run || matches!(self.method, "claim" | "leased")) && text == "reviewer",
            ("blocked", 1) => stopped,
            ("said", 1) => stopped && text.contains("Task unblocked"),
            // A claim whose answer was lost is taken up by the slow look, after people were told that CI takes long.
            ("alert", 1) => stopped || (self.side == Side::Store && text.contains("CI still pending")),
            ("dead", 1) => self.refused,
            ("end", _) => self.refused && self.method == "move_to" && text.starts_with("column"),
            ("said", -1) => self.refused && self.method == "comment",
            ("alert", -1) => self.refused && self.method == "alert",
            // Work that is not pinned is kept, and people are told where.
            ("checkout", 1) => self.refused,
            // None of them is given back before their time of keeping is over.
            ("checkout", _) => self.refused && self.method == "release",
            _ => false,
        }
    }
}

fn pulls(world: &World) -> Vec<(String, bool)> {
    let pulls = world.forge.pull_requests().into_iter();
    pulls
        .map(|pull| {
            let merged = matches!(pull.state, PullRequestState::Merged { .. });
            let kind = pull.branch.as_str().split('/').next().unwrap_or_default();
            (kind.to_owned(), merged)
        })
        .collect()
}

fn first_line(text: &str) -> String {
    let line = text.split("<br>").flat_map(str::lines).next().unwrap_or_default();
    // The tokens of a repeated run count.
    let line = line.split_once("Task total").map_or(line, |(mark, _)| mark);
    line.to_owned()
}

fn counted(texts: impl Iterator<Item = String>) -> Counts {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}
