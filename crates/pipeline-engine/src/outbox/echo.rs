//! Our own moves on a board come back as activities; what is remembered of an issue tells them from people's orders.

use pipeline_core::effect::EffectKind;
use pipeline_core::orders::ItemMark;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxRow};
use pipeline_core::port::store::tasks::{Commit, Committed};

use crate::context::Context;
use crate::outbox::delivery::Delivered;
use crate::step::read_mark;

/// Before a move that may have arrived is sent again: the echo of the first try may have been heard already, and this one has its own.
pub(super) async fn expect_again(context: &Context, row: &OutboxRow) -> Result<(), StoreError> {
    let (EffectKind::SetColumn { issue, column }, EffectStatus::Ambiguous) = (&row.effect.kind, row.status)
    else {
        return Ok(());
    };
    loop {
        let mut mark = read_mark(context, &row.effect.project, issue).await?;
        if mark.written.contains(column) {
            return Ok(());
        }
        mark.written.push(*column);
        let commit = Commit {
            at: context.clock.now(),
            mark: Some(mark),
            ..Commit::default()
        };
        if context.store.commit(commit).await? == Committed::Yes {
            return Ok(());
        }
    }
}

/// A column that was there already has no echo to wait for, unless an earlier try of ours may have put it there.
pub(super) async fn unwritten(
    context: &Context,
    row: &OutboxRow,
    delivered: &Delivered,
) -> Result<Option<ItemMark>, StoreError> {
    let (EffectKind::SetColumn { issue, column }, true) = (&row.effect.kind, delivered.unwritten) else {
        return Ok(None);
    };
    if row.status == EffectStatus::Ambiguous {
        return Ok(None);
    }
    let mut mark = read_mark(context, &row.effect.project, issue).await?;
    if let Some(at) = mark.written.iter().position(|written| written == column) {
        mark.written.remove(at);
    }
    Ok(Some(mark))
}
