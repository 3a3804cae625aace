//! Orders of operators: stored by `orchctl`, noticed here, answered in the transaction that carries them out.

use std::sync::Arc;

use pipeline_core::event::Event;
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::StoreError;

use crate::accounts;
use crate::context::Context;
use crate::outbox::operator;
use crate::preflight;
use crate::step::{Along, Stepped, step};

/// Carries out every order that waits.
pub(crate) async fn tick(context: &Arc<Context>) -> Result<(), StoreError> {
    for order in context.store.unanswered().await? {
        let (id, task) = (order.id, order.task);
        if context.preflights.are_made_for(id) {
            continue;
        }
        tracing::info!(order.id = %id, task.id = %task, by = order.by, order = ?order.what, reason = order.reason, "an operator's order");
        match &order.what {
            OperatorOrderKind::RetryEffect { effect } => {
                operator::retry(context, &order, effect).await?;
                continue;
            }
            OperatorOrderKind::DropEffect { effect } => {
                operator::drop_row(context, &order, effect).await?;
                continue;
            }
            OperatorOrderKind::ResetProvider { account } => {
                accounts::reset(context, &order, account).await?;
                continue;
            }
            OperatorOrderKind::CheckProviders { account } => {
                preflight::ordered(context, id, account.clone());
                continue;
            }
            OperatorOrderKind::Approve
            | OperatorOrderKind::Reject
            | OperatorOrderKind::Advance
            | OperatorOrderKind::ForceStage { .. }
            | OperatorOrderKind::Requeue { .. }
            | OperatorOrderKind::Cancel
            | OperatorOrderKind::Restart => {}
        }
        let along = Along {
            order: Some(id),
            ..Along::default()
        };
        let stepped = step(context, task, Event::Ordered(order), along).await?;
        if stepped == Stepped::Unknown {
            let answer =
                OrderAnswer::Refused(format!("there is no task {task} in a project of this registry"));
            context.store.answer(id, answer).await?;
        }
    }
    Ok(())
}
