//! Orders of operators: stored by `orchctl`, noticed here, answered in the transaction that carries them out.

use std::sync::Arc;

use pipeline_core::event::Event;
use pipeline_core::id::{OrderId, TaskId};
use pipeline_core::order::{OperatorOrder, OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::TaskKey;

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
            OperatorOrderKind::Repin => {
                repin(context, order).await?;
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
        carry_out(context, (id, task), Event::Ordered(order)).await?;
    }
    Ok(())
}

async fn carry_out(context: &Context, (id, task): (OrderId, TaskId), event: Event) -> Result<(), StoreError> {
    let along = Along {
        order: Some(id),
        ..Along::default()
    };
    if step(context, task, event, along).await? == Stepped::Unknown {
        unknown(context, (id, task)).await?;
    }
    Ok(())
}

async fn unknown(context: &Context, (id, task): (OrderId, TaskId)) -> Result<(), StoreError> {
    let answer = OrderAnswer::Refused(format!("there is no task {task} in a project of this registry"));
    context.store.answer(id, answer).await
}

/// Moves a task to the definition that its project has now; the rules say whether it fits.
async fn repin(context: &Context, order: OperatorOrder) -> Result<(), StoreError> {
    let (id, task) = (order.id, order.task);
    let Some(found) = context.store.task(&TaskKey::Id(task)).await? else {
        return unknown(context, (id, task)).await;
    };
    let Some(ports) = context.ports(&found.project) else {
        return unknown(context, (id, task)).await;
    };
    let event = Event::Repinned {
        order,
        from: found.pipeline,
        to: Box::new(ports.pipeline.clone()),
    };
    carry_out(context, (id, task), event).await
}
