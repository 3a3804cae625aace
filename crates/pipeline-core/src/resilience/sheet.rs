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
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
    /// The version of the program, when it says so.
    pub version: Option<String>,
    /// When its login runs out, when that is known.
    pub login_expires: Option<String>,
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
            preflight: self.preflight.as_ref().map(PreflightSheet::of),
        }
    }
}

impl PreflightSheet {
    fn of(made: &Preflight) -> Self {
        Self {
            ok: made.report.is_ok(),
            at: made.at.to_rfc3339(),
            problems: made.report.problems.clone(),
            version: made.report.version.clone(),
            login_expires: made.report.login_expires.map(Timestamp::to_rfc3339),
        }
    }
}
