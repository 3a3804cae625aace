//! The outbox: takes effect rows in the order of their lanes and carries them out. What comes of a Required one is an event.

mod delivery;
mod merge;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use pipeline_core::effect::{EffectKind, EffectResult, Lane, Mode, Need, NewEffect, System};
use pipeline_core::event::Event;
use pipeline_core::id::EffectKey;
use pipeline_core::message::alert::outbox_dead_alert;
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow};
use pipeline_core::port::store::tasks::{Commit, EffectEnd, TaskKey};
use pipeline_core::retry::back_off;
use pipeline_core::time::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::step::{Along, Stepped, Wanted, step};

const AT_ONCE: usize = 16;

/// Rows that this process is sending.
pub(crate) struct Outbox {
    context: Arc<Context>,
    sending: Mutex<JoinSet<()>>,
    keys: Arc<std::sync::Mutex<BTreeSet<EffectKey>>>,
}

impl Outbox {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            sending: Mutex::new(JoinSet::new()),
            keys: Arc::default(),
        }
    }

    /// Begins to send everything that is due. A row that hangs holds its lane, no other.
    pub(crate) async fn tick(&self) -> Result<(), StoreError> {
        let mut sending = self.sending.lock().await;
        loop {
            while let Some(ended) = sending.try_join_next() {
                if let Err(error) = ended {
                    tracing::error!(%error, "sending an effect ended badly");
                }
            }
            let free = AT_ONCE.saturating_sub(sending.len());
            let (owner, now) = (&self.context.settings.instance, self.context.clock.now());
            let rows = self.context.store.claim_effects(owner, now, free).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                let (context, keys) = (Arc::clone(&self.context), Arc::clone(&self.keys));
                let key = row.effect.key.clone();
                lock(&keys).insert(key.clone());
                sending.spawn(async move {
                    deliver(&context, row).await;
                    lock(&keys).remove(&key);
                    context.wakes.outbox.notify_one();
                });
            }
        }
    }

    /// Waits for the rows that are being sent, no longer than `until`; what is left is looked at by the next daemon. Answers how many.
    pub(crate) async fn end(&self, until: Timestamp) -> usize {
        let mut sending = self.sending.lock().await;
        loop {
            tokio::select! {
                ended = sending.join_next() => if ended.is_none() {
                    return 0;
                },
                () = self.context.clock.sleep_until(until) => break,
            }
        }
        let left = sending.len();
        sending.shutdown().await;
        left
    }

    /// Rows in flight that nobody sends: the answer to their claim was lost, or their task died. They may have arrived.
    pub(crate) async fn take_up_strays(&self) -> Result<(), StoreError> {
        let _sending = self.sending.lock().await;
        let now = self.context.clock.now();
        for row in self.context.store.effects(OutboxFilter::Open).await? {
            let key = &row.effect.key;
            if row.status == EffectStatus::InFlight && !lock(&self.keys).contains(key) {
                tracing::error!(effect.key = %key, "an effect was claimed and not sent; it is taken up");
                self.context
                    .store
                    .postpone(key, now, "claimed and not sent", true)
                    .await?;
            }
        }
        Ok(())
    }
}

fn lock(keys: &std::sync::Mutex<BTreeSet<EffectKey>>) -> std::sync::MutexGuard<'_, BTreeSet<EffectKey>> {
    keys.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends a row once; the store is met with patience, for the row is in flight until its end is stored. What was sent is not sent again
/// meanwhile: the end may be stored although the answer was lost, and newer rows of the lane may have overtaken this one.
async fn deliver(context: &Context, row: OutboxRow) {
    let answer = send(context, &row).await;
    while let Err(error) = settle(context, &row, &answer).await {
        tracing::error!(effect.key = %row.effect.key, %error, "the end of an effect could not be stored; trying again");
        let wait = context.settings.poll.max(Duration::from_millis(200));
        context.clock.sleep_until(context.clock.now().plus(wait)).await;
    }
}

async fn send(context: &Context, row: &OutboxRow) -> Result<delivery::Delivered, PortError> {
    let task = Context::label(row.effect.task);
    tracing::debug!(effect.key = %row.effect.key, task.id = task, kind = row.effect.kind.name(), "sending");
    let answer = match context.ports(&row.effect.project) {
        Some(ports) => delivery::carry_out(context, ports, &row.effect).await,
        None => Err(PortError::retry(format!(
            "project {} is not in the registry",
            row.effect.project
        ))),
    };
    if answer.is_ok() {
        context.wakes.news();
    }
    answer
}

/// Stores what came of a row.
async fn settle(
    context: &Context,
    row: &OutboxRow,
    answer: &Result<delivery::Delivered, PortError>,
) -> Result<(), StoreError> {
    match answer {
        Ok(delivered) => arrived(context, row.clone(), delivered).await,
        Err(error) if may_repeat(error) && row.attempts + 1 < context.settings.effect_attempts => {
            postpone(context, row, error).await
        }
        Err(error) => dead(context, row.clone(), error.to_string()).await,
    }
}

async fn postpone(context: &Context, row: &OutboxRow, error: &PortError) -> Result<(), StoreError> {
    let key = &row.effect.key;
    let (task, kind) = (Context::label(row.effect.task), row.effect.kind.name());
    let wish = if let PortError::Retry { after, .. } = error {
        *after
    } else {
        None
    };
    let wait = back_off(key.as_str(), row.attempts + 1, wish);
    tracing::warn!(effect.key = %key, task.id = task, kind, %error, "the effect is tried again later");
    let ambiguous = matches!(error, PortError::Ambiguous(_));
    let at = context.clock.now().plus(wait);
    context
        .store
        .postpone(key, at, &error.to_string(), ambiguous)
        .await
}

fn may_repeat(error: &PortError) -> bool {
    matches!(error, PortError::Retry { .. } | PortError::Ambiguous(_))
}

async fn arrived(
    context: &Context,
    row: OutboxRow,
    delivered: &delivery::Delivered,
) -> Result<(), StoreError> {
    let end = EffectEnd {
        key: row.effect.key.clone(),
        generation: row.generation,
        dead: None,
    };
    let commit = Commit {
        at: context.clock.now(),
        effect_end: Some(end.clone()),
        ..Commit::default()
    };
    match (row.effect.need, row.effect.task) {
        (Need::Required, Some(task)) => {
            let event = Event::EffectDone {
                key: row.effect.key,
                result: delivered.result.clone(),
            };
            let along = Along {
                effect_end: Some(end),
                ..Along::default()
            };
            step(context, task, event, along).await.map(|_| ())
        }
        (Need::Required | Need::Tell, _) => {
            let _marks = context.wakes.marks.lock().await;
            let mark = unwritten(context, &row.effect, delivered).await?;
            context.store.commit(Commit { mark, ..commit }).await?;
            Ok(())
        }
    }
}

/// A column that was there already has no echo to wait for.
async fn unwritten(
    context: &Context,
    effect: &NewEffect,
    delivered: &delivery::Delivered,
) -> Result<Option<pipeline_core::orders::ItemMark>, StoreError> {
    let (EffectKind::SetColumn { issue, column }, true) = (&effect.kind, delivered.unwritten) else {
        return Ok(None);
    };
    let mut mark = crate::step::read_mark(context, &effect.project, issue).await?;
    if let Some(at) = mark.written.iter().position(|written| written == column) {
        mark.written.remove(at);
    }
    Ok(Some(mark))
}

async fn dead(context: &Context, row: OutboxRow, error: String) -> Result<(), StoreError> {
    let effect = row.effect;
    tracing::error!(effect.key = %effect.key, kind = effect.kind.name(), error, "the effect is dead");
    let end = EffectEnd {
        key: effect.key.clone(),
        generation: row.generation,
        dead: Some(error.clone()),
    };
    if let (Need::Required, Some(task)) = (effect.need, effect.task) {
        let event = Event::EffectFailed {
            key: effect.key,
            effect: effect.kind,
            error,
        };
        let along = Along {
            effect_end: Some(end.clone()),
            ..Along::default()
        };
        if step(context, task, event, along).await? != Stepped::Unknown {
            return Ok(());
        }
        let commit = Commit {
            at: context.clock.now(),
            effect_end: Some(end),
            ..Commit::default()
        };
        return context.store.commit(commit).await.map(|_| ());
    }
    let alert = dead_alert(context, &effect, &error).await?;
    let effects = alert.into_iter().collect();
    let commit = Commit {
        at: context.clock.now(),
        effect_end: Some(end),
        effects,
        ..Commit::default()
    };
    let wanted = Wanted::of(&commit);
    context.store.commit(commit).await?;
    wanted.ring(context);
    Ok(())
}

/// People are told of a dead effect, unless it was a message to people itself.
async fn dead_alert(
    context: &Context,
    effect: &NewEffect,
    error: &str,
) -> Result<Option<NewEffect>, StoreError> {
    if effect.kind.system() == System::Chat {
        return Ok(None);
    }
    let Some(ports) = context.ports(&effect.project) else {
        return Ok(None);
    };
    let task = match effect.task {
        Some(id) => context.store.task(&TaskKey::Id(id)).await?,
        None => None,
    };
    let name = task.map_or_else(|| effect.project.to_string(), |task| task.work_item.to_string());
    let system = effect.kind.system();
    let text = outbox_dead_alert(
        ports.project.locale,
        &name,
        system.as_str(),
        effect.kind.name(),
        error,
    );
    Ok(Some(NewEffect {
        key: EffectKey::new(format!("{}-dead", effect.key)),
        task: effect.task,
        project: effect.project.clone(),
        lane: effect.task.map_or_else(
            || Lane(format!("{}:chat", effect.project)),
            |task| Lane::of_task(task, System::Chat),
        ),
        mode: Mode::Append,
        need: Need::Tell,
        kind: EffectKind::Alert { text },
    }))
}

/// An answer that has nothing to remember.
pub(crate) fn done() -> delivery::Delivered {
    delivery::Delivered {
        result: EffectResult::Done,
        unwritten: false,
    }
}
