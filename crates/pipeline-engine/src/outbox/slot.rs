//! The merge slot of a project while its holder is not merging: the default branch was merged into its branch and CI looks at that head.
//!
//! Who holds the slot is stored with the task; its own merge has a lane of its own, so that it overtakes the rows that stand back here.

use pipeline_core::effect::{EffectKind, Lane};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow};
use pipeline_core::port::store::tasks::TaskFilter;

use crate::context::Context;

/// Why this row has to wait, when it is a merge and somebody else holds the slot.
pub(super) async fn why_taken(context: &Context, row: &OutboxRow) -> Result<Option<String>, StoreError> {
    let effect = &row.effect;
    let of_holder = Lane::of_slot_holder(&effect.project);
    if !matches!(effect.kind, EffectKind::Merge(_)) || effect.lane == of_holder {
        return Ok(None);
    }
    let tasks = context.store.tasks(TaskFilter::Open).await?;
    let holder = tasks
        .iter()
        .find(|task| task.holds_slot && task.project == effect.project && Some(task.id) != effect.task);
    if let Some(holder) = holder {
        return Ok(Some(format!("{} holds the merge slot", holder.work_item)));
    }
    // A holder that was called off while it merged: what it sent may still arrive.
    let open = context.store.effects(OutboxFilter::Open).await?;
    let left = open
        .iter()
        .find(|row| row.effect.lane == of_holder && row.status != EffectStatus::Dead);
    Ok(left.map(|row| format!("the merge {} is still under way", row.effect.key)))
}
