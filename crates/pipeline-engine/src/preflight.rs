//! Preflights of accounts: whether a run could begin, told without a token. A preflight starts the provider's program for seconds, so there is
//! one at a time for each account, and who wanted it meanwhile shares its answer. Knows nothing of jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::id::{AccountId, OrderId, ProjectId};
use pipeline_core::order::OrderAnswer;
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::resilience::AccountHealth;
use tokio::task::JoinSet;

use crate::accounts;
use crate::context::Context;

/// The preflights that are under way. Built empty, by whoever wires the program.
#[derive(Debug, Default)]
pub struct Preflights {
    turns: Mutex<BTreeMap<AccountId, Arc<Turn>>>,
    orders: Mutex<BTreeSet<OrderId>>,
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
    /// An operator wants to know how it is now.
    Order,
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
        Occasion::Start | Occasion::Order => false,
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

/// An operator's order: a preflight of this account, or of all. It goes on in a task of its own, for other orders do not wait for programs, and
/// is answered when it is made.
pub(crate) fn ordered(context: &Arc<Context>, order: OrderId, account: Option<AccountId>) {
    context.preflights.with_orders(|orders| orders.insert(order));
    let context = Arc::clone(context);
    tokio::spawn(async move {
        if let Err(error) = answer(&context, order, account.as_ref()).await {
            tracing::warn!(order.id = %order, %error, "the order could not be answered; trying again soon");
        }
        context.preflights.with_orders(|orders| orders.remove(&order));
        context.wakes.dispatch.notify_one();
    });
}

async fn answer(
    context: &Arc<Context>,
    order: OrderId,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let named = accounts::of_registry(context);
    if let Some(account) = account
        && !named.iter().any(|(_, known)| known == account)
    {
        return context
            .store
            .answer(order, accounts::unknown(account, &named))
            .await;
    }
    let mut looks = JoinSet::new();
    for (project, named) in named {
        if account.is_none_or(|wanted| *wanted == named) {
            let context = Arc::clone(context);
            looks.spawn(async move { look(&context, &project, &named).await });
        }
    }
    let mut said = Vec::new();
    for look in looks.join_all().await {
        said.push(look?);
    }
    said.sort();
    context
        .store
        .answer(order, OrderAnswer::Accepted(said.join("; ")))
        .await
}

/// In a few words; what was found stands with the account.
async fn look(context: &Context, project: &ProjectId, account: &AccountId) -> Result<String, StoreError> {
    if let Some(error) = make(context, project, (account, Occasion::Order)).await? {
        return Ok(format!("{account} could not be looked at: {error}"));
    }
    let health = accounts::find(context, account).await?;
    let in_order = health.preflight.is_some_and(|made| made.report.is_ok());
    let word = if in_order { "" } else { "not " };
    Ok(format!("{account} is {word}in order"))
}

impl Preflights {
    /// An order that is being carried out.
    pub(crate) fn are_made_for(&self, order: OrderId) -> bool {
        self.with_orders(|orders| orders.contains(&order))
    }

    fn with_orders<T>(&self, look: impl FnOnce(&mut BTreeSet<OrderId>) -> T) -> T {
        look(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn(&self, account: &AccountId) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(account.clone()).or_default())
    }
}
