//! Operators' orders about outbox rows. A row that a task waits for is changed only together with the event that tells the task.

use pipeline_core::effect::Need;
use pipeline_core::event::Event;
use pipeline_core::id::{EffectKey, TaskId};
use pipeline_core::order::{OperatorOrder, OrderAnswer};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow};
use pipeline_core::port::store::tasks::{Commit, Committed, EffectChange, RowChange, TaskKey};

use crate::context::Context;
use crate::step::{Along, Stepped, Wanted, step};

/// Sends a row now. A dead one that its task needs is sent anew by the task's restart.
pub(crate) async fn retry(
    context: &Context,
    order: &OperatorOrder,
    key: &EffectKey,
) -> Result<(), StoreError> {
    let row = match at_rest(context, order, key).await? {
        Ok(row) => row,
        Err(why) => return refuse(context, order, why).await,
    };
    let is_needed = row.status == EffectStatus::Dead && row.effect.need == Need::Required;
    if let Some(task) = row.effect.task.filter(|_| is_needed) {
        let note = format!("sent anew by order {} of {}", order.id, order.by);
        let along = along(order, change(&row, RowChange::Drop(note)));
        let event = Event::Ordered(order.clone());
        return through_task(context, order, (task, event), along).await;
    }
    let said = format!("effect {key} is sent now");
    directly(context, order, change(&row, RowChange::Due), said).await
}

/// Takes a row out. A task that waits for it is told that it failed: it is blocked, and a restart sends it anew.
pub(crate) async fn drop_row(
    context: &Context,
    order: &OperatorOrder,
    key: &EffectKey,
) -> Result<(), StoreError> {
    let row = match at_rest(context, order, key).await? {
        Ok(row) => row,
        Err(why) => return refuse(context, order, why).await,
    };
    let note = taken_out(order);
    let change = change(&row, RowChange::Drop(note.clone()));
    let waiting = match row.effect.task {
        Some(id) => context.store.task(&TaskKey::Id(id)).await?,
        None => None,
    };
    match waiting.filter(|task| task.open_effects.contains(key)) {
        Some(task) => {
            let event = Event::EffectFailed {
                key: key.clone(),
                effect: row.effect.kind.clone(),
                error: note,
            };
            through_task(context, order, (task.id, event), along(order, change)).await
        }
        None => {
            let said = format!("effect {key} ({}) is taken out", row.effect.kind.name());
            directly(context, order, change, said).await
        }
    }
}

fn taken_out(order: &OperatorOrder) -> String {
    match order.reason.as_str() {
        "" => format!("taken out by {}", order.by),
        reason => format!("taken out by {}: {reason}", order.by),
    }
}

/// The row, if an operator may change it; else why not.
async fn at_rest(
    context: &Context,
    order: &OperatorOrder,
    key: &EffectKey,
) -> Result<Result<OutboxRow, String>, StoreError> {
    let found = context.store.effects(OutboxFilter::One(key.clone())).await?;
    let of_task = |row: &OutboxRow| row.effect.task.unwrap_or(TaskId::NONE) == order.task;
    let Some(row) = found.into_iter().find(of_task) else {
        return Ok(Err(format!(
            "there is no effect {key}; 'orchctl outbox list' shows those that are not done"
        )));
    };
    Ok(match row.status {
        EffectStatus::Pending | EffectStatus::Ambiguous | EffectStatus::Dead => Ok(row),
        EffectStatus::InFlight => Err(format!(
            "effect {key} is being sent; look again when that has ended"
        )),
        EffectStatus::Done => Err(format!("effect {key} has arrived")),
        EffectStatus::Dropped => Err(format!("effect {key} was taken out already")),
    })
}

fn change(row: &OutboxRow, change: RowChange) -> EffectChange {
    EffectChange {
        key: row.effect.key.clone(),
        status: row.status,
        fence: row.fence,
        change,
    }
}

fn along(order: &OperatorOrder, change: EffectChange) -> Along {
    Along {
        effect_change: Some(change),
        order: Some(order.id),
        ..Along::default()
    }
}

/// The row changes when the task does.
async fn through_task(
    context: &Context,
    order: &OperatorOrder,
    (task, event): (TaskId, Event),
    along: Along,
) -> Result<(), StoreError> {
    match step(context, task, event, along).await? {
        Stepped::Changed(_) | Stepped::Nothing(_) => Ok(()),
        Stepped::Fenced | Stepped::Outdated => refuse(context, order, overtaken()).await,
        Stepped::Unknown => {
            refuse(
                context,
                order,
                format!("there is no task {task} in a project of this registry"),
            )
            .await
        }
    }
}

async fn directly(
    context: &Context,
    order: &OperatorOrder,
    change: EffectChange,
    said: String,
) -> Result<(), StoreError> {
    let commit = Commit {
        at: context.clock.now(),
        effect_change: Some(change),
        answer: Some((order.id, OrderAnswer::Accepted(said))),
        ..Commit::default()
    };
    let wanted = Wanted::of(&commit);
    if context.store.commit(commit).await? == Committed::Yes {
        wanted.ring(context);
        return Ok(());
    }
    refuse(context, order, overtaken()).await
}

fn overtaken() -> String {
    "the effect has changed meanwhile, or a newer state took its place; look at it again".to_owned()
}

async fn refuse(context: &Context, order: &OperatorOrder, why: String) -> Result<(), StoreError> {
    context.store.answer(order.id, OrderAnswer::Refused(why)).await
}
