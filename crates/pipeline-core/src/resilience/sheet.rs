//! An account as people and scripts see it: in `GET /queue` and `orchctl providers --json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::AccountId;
use crate::resilience::{AccountHealth, Preflight, Standing};
use crate::run::FailureCause;
use crate::time::Timestamp;

/// An account in plain words. Times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountSheet {
    /// Its name.
    pub provider: AccountId,
    /// In one word.
    pub breaker: Standing,
    /// When that ends by itself, where it does.
    pub until: Option<String>,
    /// Why no run begins.
    pub reason: Option<String>,
    /// Failures of the provider's own since it last answered.
    pub failures_in_a_row: u32,
    /// All its failures, ever, by cause.
    pub causes: BTreeMap<FailureCause, u64>,
    /// The newest preflight.
    pub preflight: Option<PreflightSheet>,
}

/// A preflight in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreflightSheet {
    /// Nothing is wrong.
    pub ok: bool,
    /// When it was made.
    pub at: String,
    /// So long ago.
    pub age_seconds: u64,
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
    /// The version of the program, when it says so.
    pub version: Option<String>,
    /// When its login runs out, when that is known.
    pub login_expires: Option<String>,
    /// Its program, where it was found.
    pub program: Option<String>,
    /// How it is logged in.
    pub login: Option<String>,
    /// The folder for its login and sessions, which can be written.
    pub folder: Option<String>,
    /// What may become a problem, a sentence each.
    pub warnings: Vec<String>,
}

impl AccountHealth {
    /// How it stands now.
    #[must_use]
    pub fn sheet(&self, now: Timestamp) -> AccountSheet {
        let refusal = self.refusal(now);
        let until = refusal.as_ref().and_then(crate::resilience::Refusal::until);
        AccountSheet {
            provider: self.account.clone(),
            breaker: self.standing(now),
            until: until.map(Timestamp::to_rfc3339),
            reason: refusal.map(|refusal| refusal.what()),
            failures_in_a_row: self.failures,
            causes: self.causes.clone(),
            preflight: self.preflight.as_ref().map(|made| PreflightSheet::of(made, now)),
        }
    }
}

impl PreflightSheet {
    fn of(made: &Preflight, now: Timestamp) -> Self {
        let report = made.report.clone();
        Self {
            ok: report.is_ok(),
            at: made.at.to_rfc3339(),
            age_seconds: now.since(made.at).as_secs(),
            problems: report.problems,
            version: report.version,
            login_expires: report.login_expires.map(Timestamp::to_rfc3339),
            program: report.program,
            login: report.login,
            folder: report.folder,
            warnings: report.warnings,
        }
    }
}
