//! Preflights of accounts: whether a run could begin, told without a token. A preflight starts the provider's program for seconds, so there is
//! one at a time for each account, and who wanted it meanwhile shares its answer. Knows nothing of jobs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::resilience::AccountHealth;

use crate::accounts;
use crate::context::Context;

/// The preflights that are under way. Built empty, by whoever wires the program.
#[derive(Debug, Default)]
pub struct Preflights {
    turns: Mutex<BTreeMap<AccountId, Arc<Turn>>>,
}

/// Whose turn it is with one account.
#[derive(Debug, Default)]
struct Turn {
    taken: tokio::sync::Mutex<()>,
    /// How many preflights have ended, well or not.
    ended: AtomicU64,
}

/// Why a preflight is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A run is to begin: one that is young enough will do.
    Run,
    /// The daemon starts: settings and logins may have been mended before.
    Start,
}

/// Makes a preflight where the last one is too old. Answers why it could not be made, which says nothing and keeps nobody from working.
pub(crate) async fn make(
    context: &Context,
    project: &ProjectId,
    (account, occasion): (&AccountId, Occasion),
) -> Result<Option<PortError>, StoreError> {
    let turn = context.preflights.turn(account);
    let seen = turn.ended.load(Ordering::Acquire);
    let is_known = match occasion {
        Occasion::Run => !accounts::find(context, account)
            .await?
            .wants_preflight(context.clock.now()),
        Occasion::Start => false,
    };
    if is_known {
        return Ok(None);
    }
    let _taken = turn.taken.lock().await;
    if occasion == Occasion::Run && turn.ended.load(Ordering::Acquire) != seen {
        return Ok(None);
    }
    let made = ask(context, project, (account, occasion)).await;
    turn.ended.fetch_add(1, Ordering::AcqRel);
    made
}

async fn ask(
    context: &Context,
    project: &ProjectId,
    (account, occasion): (&AccountId, Occasion),
) -> Result<Option<PortError>, StoreError> {
    let report = match context.runner.preflight(project, account).await {
        Ok(report) => report,
        Err(error) => {
            tracing::warn!(provider = %account, %error, "the preflight could not be made");
            return Ok(Some(error));
        }
    };
    let version = report.version.as_deref().unwrap_or("unknown");
    if report.is_ok() {
        tracing::info!(provider = %account, version, "preflight: in order");
    } else {
        tracing::warn!(provider = %account, version, problems = report.problems.join("; "), "preflight: not in order");
    }
    let starts = occasion == Occasion::Start;
    let made = |health: AccountHealth, now| health.after_preflight(report.clone(), now, starts);
    accounts::update(context, project, account, made).await?;
    Ok(None)
}

impl Preflights {
    fn turn(&self, account: &AccountId) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(account.clone()).or_default())
    }
}
