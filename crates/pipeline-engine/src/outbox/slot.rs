//! The merge slot of a project while its holder is not merging: the default branch was merged into its branch and CI looks at that head.
//!
//! Who holds the slot is stored with the task; its own merge has a lane of its own, so that it overtakes the rows that stand back here.

use pipeline_core::effect::{EffectKind, Lane};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{OutboxFilter, OutboxRow};

use crate::context::Context;

/// Why this row has to wait, when it is a merge and somebody else holds the slot.
pub(super) async fn why_taken(context: &Context, row: &OutboxRow) -> Result<Option<String>, StoreError> {
    let effect = &row.effect;
    let of_holder = Lane::of_slot_holder(&effect.project);
    if !matches!(effect.kind, EffectKind::Merge(_)) || effect.lane == of_holder {
        return Ok(None);
    }
    let holders = context.store.slot_holders(&effect.project).await?;
    if let Some(holder) = holders.iter().find(|task| Some(task.id) != effect.task) {
        return Ok(Some(format!("{} holds the merge slot", holder.work_item)));
    }
    // A holder that was called off while it merged: what it sent may still arrive.
    let left = context.store.effects(OutboxFilter::Underway(of_holder)).await?;
    let left = left.first();
    Ok(left.map(|row| format!("the merge {} is still under way", row.effect.key)))
}
