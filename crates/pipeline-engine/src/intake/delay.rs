//! News whose object cannot be read: tried again later, set aside in the end.

use std::time::Duration;

use pipeline_core::effect::{EffectKind, Lane, Mode, Need, NewEffect};
use pipeline_core::id::{EffectKey, ProjectId};
use pipeline_core::message::alert::error_alert;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::{Delivery, Settlement};
use pipeline_core::port::store::tasks::Commit;
use pipeline_core::retry::back_off;

use crate::context::Context;
use crate::step::Wanted;

/// A read that fails delays its hint only; after some tries the delivery is set aside, and people are told.
pub(super) async fn delay(
    context: &Context,
    project: &ProjectId,
    (deliveries, error): (&[Delivery], String),
) -> Result<(), StoreError> {
    for delivery in deliveries {
        let tries = delivery.attempts + 1;
        if tries < context.settings.delivery_attempts {
            let wait = back_off(delivery.id.0, tries, None).max(Duration::from_millis(500));
            let at = context.clock.now().plus(wait);
            context
                .store
                .settle(
                    &[delivery.id],
                    Settlement::Retry {
                        error: error.clone(),
                        at,
                    },
                )
                .await?;
            continue;
        }
        tracing::error!(delivery.id = %delivery.id, error, "a delivery is set aside");
        let text = error_alert(
            project.as_str(),
            &format!("news from {} was set aside: {error}", delivery.source),
        );
        let key = EffectKey::new(format!("{project}/delivery/{}", delivery.id));
        let lane = Lane(format!("{project}:chat"));
        let effect = NewEffect {
            key,
            task: None,
            project: project.clone(),
            lane,
            mode: Mode::Append,
            need: Need::Tell,
            kind: EffectKind::alert(text),
        };
        let commit = Commit {
            at: context.clock.now(),
            effects: vec![effect],
            ..Commit::default()
        };
        let wanted = Wanted::of(&commit);
        // First the alert, whose key is there once however often it is written: nothing is set aside in silence.
        context.store.commit(commit).await?;
        wanted.ring(context);
        context
            .store
            .settle(&[delivery.id], Settlement::Dead(error.clone()))
            .await?;
    }
    Ok(())
}
