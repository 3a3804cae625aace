//! What came of a row, stored under its fence: whoever claimed it since settles it instead.

use std::time::Duration;

use pipeline_core::effect::{EffectKind, Lane, Mode, Need, NewEffect, System};
use pipeline_core::event::Event;
use pipeline_core::id::EffectKey;
use pipeline_core::message::alert::outbox_dead_alert;
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxRow, Postponement};
use pipeline_core::port::store::tasks::{Commit, Committed, EffectEnd, TaskKey};
use pipeline_core::retry::{GIVE_UP_AFTER, back_off};

use crate::context::Context;
use crate::outbox::delivery::Delivered;
use crate::outbox::echo;
use crate::step::{Along, Stepped, Wanted, step};

/// How long a merge stands back before it asks for the slot again.
const SLOT_IS_TAKEN: Duration = Duration::from_secs(1);

/// What came of sending a row.
pub(super) enum Sent {
    /// The system answered, or did not.
    Tried {
        answer: Result<Delivered, PortError>,
        /// Rows of other lanes fail as well.
        system_is_down: bool,
    },
    /// It stood back for this reason; nothing was sent.
    StoodBack(String),
}

/// Stores what came of a row.
pub(super) async fn settle(context: &Context, row: &OutboxRow, sent: &Sent) -> Result<(), StoreError> {
    let (answer, system_is_down) = match sent {
        Sent::Tried {
            answer,
            system_is_down,
        } => (answer, *system_is_down),
        Sent::StoodBack(why) => return stand_back(context, row, why).await,
    };
    match answer {
        Ok(delivered) => arrived(context, row, delivered).await,
        Err(error) if may_repeat(error) && has_tries(context, row, system_is_down) => {
            postpone(context, row, error).await
        }
        Err(error) => dead(context, row, error.to_string()).await,
    }
}

async fn stand_back(context: &Context, row: &OutboxRow, why: &str) -> Result<(), StoreError> {
    let key = &row.effect.key;
    tracing::debug!(effect.key = %key, task.id = Context::label(row.effect.task), why, "the effect stands back");
    let back = Postponement {
        key: key.clone(),
        fence: row.fence,
        at: context.clock.now().plus(SLOT_IS_TAKEN),
        error: why.to_owned(),
        ambiguous: row.status == EffectStatus::Ambiguous,
        costs_a_try: false,
    };
    context.store.postpone(back).await
}

fn may_repeat(error: &PortError) -> bool {
    match error {
        PortError::Retry { .. } | PortError::Ambiguous(_) => true,
        PortError::NotFound(_) | PortError::Conflict(_) | PortError::Permanent(_) => false,
    }
}

/// An outage is nobody's fault: it costs tries only when it lasts.
fn has_tries(context: &Context, row: &OutboxRow, system_is_down: bool) -> bool {
    let age = context.clock.now().since(row.created_at);
    row.attempts + 1 < context.settings.effect_attempts || (system_is_down && age < GIVE_UP_AFTER)
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
    let back = Postponement {
        key: key.clone(),
        fence: row.fence,
        at: context.clock.now().plus(wait),
        error: error.to_string(),
        // What may have arrived once is not unsaid by a later try that failed.
        ambiguous: row.status == EffectStatus::Ambiguous || matches!(error, PortError::Ambiguous(_)),
        costs_a_try: true,
    };
    context.store.postpone(back).await
}

async fn arrived(context: &Context, row: &OutboxRow, delivered: &Delivered) -> Result<(), StoreError> {
    if let (Need::Required, Some(task)) = (row.effect.need, row.effect.task) {
        let event = Event::EffectDone {
            key: row.effect.key.clone(),
            result: delivered.result.clone(),
        };
        let along = Along {
            effect_end: Some(end(row, None)),
            ..Along::default()
        };
        return step(context, task, event, along).await.map(|_| ());
    }
    loop {
        let commit = Commit {
            at: context.clock.now(),
            effect_end: Some(end(row, None)),
            mark: echo::unwritten(context, row, delivered).await?,
            ..Commit::default()
        };
        match context.store.commit(commit).await? {
            Committed::Yes => return Ok(()),
            Committed::Stale => {}
            Committed::Fenced => {
                late(row);
                return Ok(());
            }
        }
    }
}

async fn dead(context: &Context, row: &OutboxRow, error: String) -> Result<(), StoreError> {
    let effect = &row.effect;
    tracing::error!(effect.key = %effect.key, kind = effect.kind.name(), error, "the effect is dead");
    let end = end(row, Some(error.clone()));
    let mut commit = Commit {
        at: context.clock.now(),
        effect_end: Some(end.clone()),
        ..Commit::default()
    };
    if let (Need::Required, Some(task)) = (effect.need, effect.task) {
        let event = Event::EffectFailed {
            key: effect.key.clone(),
            effect: effect.kind.clone(),
            error,
        };
        let along = Along {
            effect_end: Some(end),
            ..Along::default()
        };
        if step(context, task, event, along).await? != Stepped::Unknown {
            return Ok(());
        }
    } else {
        commit.effects = dead_alert(context, row, &error).await?.into_iter().collect();
    }
    let wanted = Wanted::of(&commit);
    if context.store.commit(commit).await? == Committed::Fenced {
        late(row);
    }
    wanted.ring(context);
    Ok(())
}

fn end(row: &OutboxRow, dead: Option<String>) -> EffectEnd {
    EffectEnd {
        key: row.effect.key.clone(),
        generation: row.generation,
        fence: row.fence,
        dead,
    }
}

fn late(row: &OutboxRow) {
    tracing::warn!(effect.key = %row.effect.key, fence = row.fence, "a stale sender's result was dropped");
}

/// People are told of a dead effect, unless it was a message to people itself.
async fn dead_alert(
    context: &Context,
    row: &OutboxRow,
    error: &str,
) -> Result<Option<NewEffect>, StoreError> {
    let effect = &row.effect;
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
        key: EffectKey::new(format!("{}-dead-{}", effect.key, row.fence)),
        task: effect.task,
        project: effect.project.clone(),
        lane: effect.task.map_or_else(
            || Lane(format!("{}:chat", effect.project)),
            |task| Lane::of_task(task, System::Chat),
        ),
        mode: Mode::Append,
        need: Need::Tell,
        kind: EffectKind::alert(text),
    }))
}
