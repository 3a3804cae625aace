//! One row on its way: sent once, then settled.

use std::time::Duration;

use pipeline_core::effect::System;
use pipeline_core::port::PortError;
use pipeline_core::port::store::outbox::OutboxRow;

use crate::context::Context;
use crate::outbox::delivery::{self, Delivered};
use crate::outbox::desk::Desk;
use crate::outbox::echo;
use crate::outbox::outage;
use crate::outbox::settlement::{Sent, settle};
use crate::outbox::slot;

/// Adapters end their calls much earlier; this is for one that does not.
const SAID_SOMETHING: Duration = Duration::from_secs(5 * 60);
/// A push or a merge may move a large repository.
const MOVED_A_REPOSITORY: Duration = Duration::from_secs(30 * 60);

/// Sends a row once; the store is met with patience, for the row is in flight until its end is stored. What was sent is not sent again
/// meanwhile: the end may be stored although the answer was lost, and newer rows of the lane may have overtaken this one.
pub(super) async fn deliver(context: &Context, desk: &Desk, row: &OutboxRow) {
    let sent = try_to_send(context, desk, row).await;
    while let Err(error) = settle(context, row, &sent).await {
        tracing::error!(effect.key = %row.effect.key, %error, "the end of an effect could not be stored; trying again");
        let wait = context.settings.poll.max(Duration::from_millis(200));
        context.clock.sleep(wait).await;
    }
}

async fn try_to_send(context: &Context, desk: &Desk, row: &OutboxRow) -> Sent {
    let answer = match slot::why_taken(context, row).await {
        Ok(Some(why)) => return Sent::StoodBack(why),
        Ok(None) => send(context, row).await,
        Err(error) => Err(PortError::retry(error.to_string())),
    };
    let answered = desk.answered(row, answer.as_ref().err(), context.clock.now());
    if let Some(turn) = answered.turn {
        outage::tell(context, row, (turn, answer.as_ref().err())).await;
    }
    Sent::Tried {
        answer,
        system_is_down: answered.is_down,
    }
}

async fn send(context: &Context, row: &OutboxRow) -> Result<Delivered, PortError> {
    let effect = &row.effect;
    let (task, kind, status) = (
        Context::label(effect.task),
        effect.kind.name(),
        row.status.as_str(),
    );
    tracing::debug!(effect.key = %effect.key, task.id = task, kind, status, "sending");
    let Some(ports) = context.ports(&effect.project) else {
        let project = &effect.project;
        return Err(PortError::retry(format!(
            "project {project} is not in the registry"
        )));
    };
    let patience = match effect.kind.system() {
        System::Tracker | System::Chat => SAID_SOMETHING,
        System::Forge => MOVED_A_REPOSITORY,
    };
    if let Err(error) = echo::expect_again(context, row).await {
        return Err(PortError::retry(format!(
            "what is remembered of the issue: {error}"
        )));
    }
    let late = context.clock.sleep(patience);
    let answer = tokio::select! {
        answer = delivery::carry_out(context, ports, effect) => answer,
        () = late => Err(PortError::Ambiguous(format!("no answer within {} s", patience.as_secs()))),
    };
    if answer.is_ok() {
        context.wakes.news();
    }
    answer
}
