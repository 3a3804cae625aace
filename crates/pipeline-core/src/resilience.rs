//! Resilience: how the accounts of providers fare, and whether the next run of one may begin. Pure: it is told of ends of runs, preflights and
//! the time, and decides. Knows neither stores nor programs.
//!
//! Three things hold an account back: a breaker (it failed by itself several times in a row), a pause (its allowance is used up until a
//! reset), and a problem that a human has to mend (it is not logged in, its program is missing). After each of them one run goes first.

mod after;
mod choice;
mod refusal;
mod sheet;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ProjectId, RunId};
use crate::run::FailureCause;
use crate::time::Timestamp;

pub use after::{Bearing, bearing};
pub use choice::ProviderChoice;
pub use refusal::Refusal;
pub use sheet::{AccountSheet, PreflightSheet};

/// Failures of the provider's own in a row that open its breaker, where nobody set another number.
pub const THRESHOLD: u32 = 5;
/// So long a preflight without problems is believed, while runs do not contradict it.
pub const OK_FOR: Duration = Duration::from_secs(600);
/// So long one with problems is.
pub const NOT_OK_FOR: Duration = Duration::from_secs(60);

impl AccountId {
    /// The account of a provider that every project shares.
    #[must_use]
    pub fn shared(provider: &str) -> Self {
        Self::new(provider)
    }

    /// The account of a provider that is set up by the project, such as a command of its own.
    #[must_use]
    pub fn of_project(provider: &str, project: &ProjectId) -> Self {
        Self::new(format!("{provider}:{project}"))
    }

    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        let name = self.as_str();
        name.split_once(':').map_or(name, |(provider, _)| provider)
    }
}

/// How an account of a provider fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHealth {
    /// Whose.
    pub account: AccountId,
    /// Failures of the provider's own since it last answered.
    #[serde(default)]
    pub failures: u32,
    /// None: the breaker is closed.
    #[serde(default)]
    pub open: Option<Opening>,
    /// Its allowance is used up until then.
    #[serde(default)]
    pub paused_until: Option<Timestamp>,
    /// A human has to mend it.
    #[serde(default)]
    pub problem: Option<Problem>,
    /// The run that goes first after a breaker, a pause or a problem. It counts only while it is alive.
    #[serde(default)]
    pub probe: Option<RunId>,
    /// All its failures, ever.
    #[serde(default)]
    pub causes: BTreeMap<FailureCause, u64>,
    /// The newest.
    #[serde(default)]
    pub preflight: Option<Preflight>,
    /// People were told that it stands still, and not yet that it works again.
    #[serde(default)]
    pub told: bool,
    /// As it was read, for the store alone; 0: it is new.
    #[serde(skip)]
    pub revision: u64,
}

/// An open breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Then one run goes first.
    pub until: Timestamp,
    /// Pauses in a row.
    pub pauses: u32,
    /// What the last failure was.
    pub cause: FailureCause,
}

/// What a human has to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What it is.
    pub cause: FailureCause,
    /// What was said, in a sentence without secrets.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
    /// What the preflight had said when the run failed: the same again is no news.
    pub under: Option<PreflightReport>,
    /// Something changed, so one run may try.
    pub retry: bool,
}

/// What a preflight found: whether a run could begin, as far as can be told without spending tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PreflightReport {
    /// What is wrong and what to do, a sentence each; empty: it is in order.
    pub problems: Vec<String>,
    /// The version of its program, when it says so.
    #[serde(default)]
    pub version: Option<String>,
    /// When its login runs out, when that is known.
    #[serde(default)]
    pub login_expires: Option<Timestamp>,
    /// Its program, where it was found.
    #[serde(default)]
    pub program: Option<String>,
    /// How it is logged in, in a few words without secrets.
    #[serde(default)]
    pub login: Option<String>,
    /// The folder for its login and sessions, which can be written.
    #[serde(default)]
    pub folder: Option<String>,
    /// What may become a problem, a sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl PreflightReport {
    /// Nothing is wrong.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A preflight that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// When.
    pub at: Timestamp,
    /// What it found.
    pub report: PreflightReport,
}

/// Whether a run may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admits {
    /// It may.
    Yes,
    /// It may, as the one that goes first.
    Probe,
    /// It may not.
    No(Refusal),
}

/// What people have to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It stands still.
    Stopped(Refusal),
    /// It works again.
    Working,
}

/// An account in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Runs begin.
    Closed,
    /// It failed several times in a row and has a pause.
    Open,
    /// One run goes first.
    HalfOpen,
    /// Its allowance is used up.
    Paused,
    /// A human has to mend it.
    OutOfOrder,
}

impl Standing {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::Paused => "paused",
            Self::OutOfOrder => "out_of_order",
        }
    }
}

impl AccountHealth {
    /// An account of which nothing is known.
    #[must_use]
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            failures: 0,
            open: None,
            paused_until: None,
            problem: None,
            probe: None,
            causes: BTreeMap::new(),
            preflight: None,
            told: false,
            revision: 0,
        }
    }

    /// Whether a run may begin now; `lives` says which runs have not ended.
    #[must_use]
    pub fn admits(&self, now: Timestamp, lives: impl Fn(&RunId) -> bool) -> Admits {
        if let Some(refusal) = self.refusal(now) {
            return Admits::No(refusal);
        }
        if !self.goes_one_by_one() {
            return Admits::Yes;
        }
        match self.probe {
            Some(run) if lives(&run) => Admits::No(Refusal::Probing { run }),
            Some(_) | None => Admits::Probe,
        }
    }

    /// In one word.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.refusal(now) {
            Some(Refusal::OutOfOrder { .. } | Refusal::Preflight { .. }) => Standing::OutOfOrder,
            Some(Refusal::UsageLimit { .. }) => Standing::Paused,
            Some(Refusal::Open { .. }) => Standing::Open,
            Some(Refusal::Probing { .. }) => Standing::HalfOpen,
            None if self.goes_one_by_one() => Standing::HalfOpen,
            None => Standing::Closed,
        }
    }

    /// What holds every run back, the longest first.
    #[must_use]
    pub fn refusal(&self, now: Timestamp) -> Option<Refusal> {
        if let Some(problem) = self.problem.as_ref().filter(|problem| !problem.retry) {
            return Some(Refusal::OutOfOrder {
                cause: problem.cause,
                message: problem.message.clone(),
            });
        }
        if let Some(preflight) = self.preflight.as_ref().filter(|made| !made.report.is_ok()) {
            let problems = preflight.report.problems.clone();
            return Some(Refusal::Preflight { problems });
        }
        if let Some(until) = self.paused_until.filter(|until| now < *until) {
            return Some(Refusal::UsageLimit { until });
        }
        let open = self.open.as_ref().filter(|open| now < open.until)?;
        Some(Refusal::Open {
            until: open.until,
            cause: open.cause,
        })
    }

    /// The run that goes first is this one.
    #[must_use]
    pub fn with_probe(self, run: RunId) -> Self {
        Self {
            probe: Some(run),
            ..self
        }
    }

    /// What is known is too old to begin a run by it.
    #[must_use]
    pub fn wants_preflight(&self, now: Timestamp) -> bool {
        self.preflight.as_ref().is_none_or(|made| {
            let in_order = made.report.is_ok() && self.problem.is_none();
            let good_for = if in_order { OK_FOR } else { NOT_OK_FOR };
            // A clock that was set back does not make it young.
            made.at > now || now.since(made.at) >= good_for
        })
    }

    /// A preflight was made. Where it is in order and says something new, one run may try what a human had to mend; at a `start` of the
    /// daemon always, for its settings may have been mended.
    #[must_use]
    pub fn after_preflight(
        mut self,
        report: PreflightReport,
        at: Timestamp,
        start: bool,
    ) -> (Self, Option<News>) {
        if let Some(problem) = &mut self.problem
            && report.is_ok()
        {
            problem.retry |= start || problem.under.as_ref() != Some(&report);
        }
        self.preflight = Some(Preflight { at, report });
        self.with_news(at)
    }

    /// An operator's order: nothing holds it back any more. What was counted stays.
    #[must_use]
    pub fn after_reset(self) -> Self {
        Self {
            causes: self.causes,
            revision: self.revision,
            ..Self::new(self.account)
        }
    }

    fn goes_one_by_one(&self) -> bool {
        self.problem.is_some() || self.paused_until.is_some() || self.open.is_some()
    }

    /// What people have to hear, once. An open breaker is no news: it passes by itself, and a task that waits long rings by itself.
    fn with_news(mut self, now: Timestamp) -> (Self, Option<News>) {
        match self.refusal(now) {
            Some(refusal) if refusal.is_news() && !self.told => {
                self.told = true;
                (self, Some(News::Stopped(refusal)))
            }
            None if self.told && !self.goes_one_by_one() => {
                self.told = false;
                (self, Some(News::Working))
            }
            Some(_) | None => (self, None),
        }
    }
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;
