//! Accounts of providers as the daemon keeps them: read, changed under the revision that was read, and told of to people. What an end of a
//! run says of its account is committed with that end (`step`).

use std::collections::BTreeSet;

use pipeline_core::effect::{EffectKind, Lane, Mode, Need, NewEffect, System};
use pipeline_core::event::Event;
use pipeline_core::id::{AccountId, EffectKey, ProjectId};
use pipeline_core::message::alert::{breaker_closed_alert, breaker_open_alert, provider_stopped_alert};
use pipeline_core::message::text::until_text;
use pipeline_core::order::{OperatorOrder, OrderAnswer};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, Committed};
use pipeline_core::project::Locale;
use pipeline_core::resilience::{AccountHealth, News, Refusal};
use pipeline_core::run::{AgentOutcome, RunRow};
use pipeline_core::time::Timestamp;

use crate::context::Context;
use crate::step::Wanted;

/// How the account fares; one that nobody knows is in order.
pub(crate) async fn find(context: &Context, account: &AccountId) -> Result<AccountHealth, StoreError> {
    let known = context.store.accounts().await?;
    let found = known.into_iter().find(|health| health.account == *account);
    Ok(found.unwrap_or_else(|| AccountHealth::new(account.clone())))
}

/// Every account that a project of the registry names, with the first project that does.
pub(crate) fn of_registry(context: &Context) -> Vec<(ProjectId, AccountId)> {
    let mut seen = BTreeSet::new();
    let mut named = Vec::new();
    for (project, ports) in &context.projects {
        for account in ports.providers.all() {
            if seen.insert(account.clone()) {
                named.push((project.clone(), account));
            }
        }
    }
    named
}

/// What the end of a run says of its account: how it fares from now on and what people have to hear; none when nothing changes.
pub(crate) async fn after_run(
    context: &Context,
    project: &ProjectId,
    (event, run): (&Event, Option<&RunRow>),
) -> Result<Option<(AccountHealth, Option<NewEffect>)>, StoreError> {
    let (Event::AgentFinished { outcome, .. }, Some(run)) = (event, run) else {
        return Ok(None);
    };
    let Some(account) = &run.record.provider else {
        return Ok(None);
    };
    let failure = match outcome {
        AgentOutcome::Finished { .. } => None,
        AgentOutcome::Failed { failure, .. } => Some(failure),
    };
    let now = context.clock.now();
    let before = find(context, account).await?;
    let threshold = context.settings.breaker_threshold;
    let (after, news) = before.clone().after_run(run.run, failure, now, threshold);
    if after == before {
        return Ok(None);
    }
    if after.standing(now) != before.standing(now) {
        let refusal = after.refusal(now).map(|refusal| refusal.to_string());
        tracing::warn!(provider = %account, standing = after.standing(now).as_str(), refusal, "an account of a provider fares differently");
    }
    let alert = news.map(|news| alert(context, project, (account, &news, now)));
    Ok(Some((after, alert)))
}

/// Changes an account until nobody else changed it meanwhile.
pub(crate) async fn update(
    context: &Context,
    project: &ProjectId,
    account: &AccountId,
    change: impl Fn(AccountHealth, Timestamp) -> (AccountHealth, Option<News>),
) -> Result<AccountHealth, StoreError> {
    loop {
        let now = context.clock.now();
        let before = find(context, account).await?;
        let (after, news) = change(before.clone(), now);
        if after == before {
            return Ok(before);
        }
        let alert = news.map(|news| alert(context, project, (account, &news, now)));
        if write(context, after.clone(), alert).await? {
            return Ok(after);
        }
    }
}

/// False when somebody changed it meanwhile.
pub(crate) async fn write(
    context: &Context,
    health: AccountHealth,
    alert: Option<NewEffect>,
) -> Result<bool, StoreError> {
    let commit = Commit {
        at: context.clock.now(),
        account: Some(health),
        effects: alert.into_iter().collect(),
        ..Commit::default()
    };
    let wakes = Wanted::of(&commit);
    let committed = context.store.commit(commit).await? == Committed::Yes;
    wakes.ring(context);
    Ok(committed)
}

/// An operator's order: what holds the account back is forgotten.
pub(crate) async fn reset(
    context: &Context,
    order: &OperatorOrder,
    account: &AccountId,
) -> Result<(), StoreError> {
    loop {
        let before = find(context, account).await?;
        let named = of_registry(context);
        if before.revision == 0 && !named.iter().any(|(_, known)| known == account) {
            return context.store.answer(order.id, unknown(account, &named)).await;
        }
        let said =
            format!("nothing holds {account} back any more; jobs that wait for it begin within a minute");
        let commit = Commit {
            at: context.clock.now(),
            account: Some(before.after_reset()),
            answer: Some((order.id, OrderAnswer::Accepted(said))),
            ..Commit::default()
        };
        if context.store.commit(commit).await? == Committed::Yes {
            context.wakes.dispatch.notify_one();
            return Ok(());
        }
    }
}

/// The answer to an order about an account that no project names.
pub(crate) fn unknown(account: &AccountId, named: &[(ProjectId, AccountId)]) -> OrderAnswer {
    let known: Vec<&str> = named.iter().map(|(_, known)| known.as_str()).collect();
    OrderAnswer::Refused(format!(
        "no project has an account '{account}'; they have {}",
        known.join(", ")
    ))
}

/// In the chat of the project that met it; the account may be that of others, too, and one alert is enough.
fn alert(
    context: &Context,
    project: &ProjectId,
    (account, news, at): (&AccountId, &News, Timestamp),
) -> NewEffect {
    let locale = context
        .ports(project)
        .map_or(Locale::En, |ports| ports.project.locale);
    let (word, text) = match news {
        News::Stopped(refusal) => ("stopped", stopped_alert(locale, account, (refusal, at))),
        News::Working => ("working", breaker_closed_alert(locale, account.as_str())),
    };
    NewEffect {
        key: EffectKey::new(format!("{project}/provider/{account}/{word}/{}", at.0)),
        task: None,
        project: project.clone(),
        lane: Lane(format!("{project}:{}", System::Chat.as_str())),
        mode: Mode::Append,
        need: Need::Tell,
        kind: EffectKind::alert(text),
    }
}

fn stopped_alert(locale: Locale, account: &AccountId, (refusal, now): (&Refusal, Timestamp)) -> String {
    match refusal.until() {
        Some(until) => {
            let time = until_text(until, now);
            breaker_open_alert(locale, account.as_str(), &refusal.what(), &time)
        }
        None => {
            let command = format!("orchctl providers reset {account}");
            let advice = refusal.advice().unwrap_or_default();
            provider_stopped_alert(locale, account.as_str(), &refusal.what(), (advice, &command))
        }
    }
}
