//! Deliveries become hints, and each object that is hinted at is looked at, several at a time.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{DeliveryId, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::source::Decoded;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::{Delivery, Settlement};

use super::{Looked, delay, look};
use crate::context::Context;
use crate::together::together;

/// Objects that are looked at at once: their answers and their commits are waited for together. Each may be a request to somebody's server or a
/// few git programs here, so that more at once would be a burst.
const LOOKS_AT_ONCE: usize = 8;

/// Handles deliveries: each object that they tell of is looked at once.
pub(super) async fn handle(context: &Context, waiting: Vec<Delivery>) -> Result<(), StoreError> {
    let mut hints: BTreeMap<(ProjectId, Hint), Vec<Delivery>> = BTreeMap::new();
    for delivery in waiting {
        let source = context
            .sources
            .iter()
            .find(|source| source.name() == delivery.source);
        let decoded = source.map_or_else(
            || Decoded::Ignored(format!("no source named {}", delivery.source)),
            |source| source.decode(&delivery.kind, &delivery.body),
        );
        match decoded {
            Decoded::Hints(found) if !found.is_empty() => {
                for hint in found {
                    hints.entry(hint).or_default().push(delivery.clone());
                }
            }
            Decoded::Hints(_) => context.store.settle(&[delivery.id], Settlement::Done).await?,
            Decoded::Ignored(why) => {
                context
                    .store
                    .settle(&[delivery.id], Settlement::Ignored(why))
                    .await?;
            }
        }
    }
    let hints: Vec<_> = hints.into_iter().collect();
    for some in hints.chunks(LOOKS_AT_ONCE) {
        let looks = some
            .iter()
            .map(|((project, hint), deliveries)| follow(context, (project, hint), deliveries));
        let mut over = BTreeSet::new();
        let mut put_off = BTreeSet::new();
        let mut outcome = Ok(());
        for (followed, (_, deliveries)) in together(looks).await.into_iter().zip(some) {
            let ids = deliveries.iter().map(|delivery| delivery.id);
            match followed {
                Ok(true) => over.extend(ids),
                Ok(false) => put_off.extend(ids),
                Err(error) => outcome = Err(error),
            }
        }
        let over: Vec<DeliveryId> = over.difference(&put_off).copied().collect();
        if !over.is_empty() {
            context.store.settle(&over, Settlement::Done).await?;
        }
        outcome?;
    }
    Ok(())
}

/// Looks at an object; false when it could not be read and the deliveries that tell of it wait for another try.
async fn follow(
    context: &Context,
    (project, hint): (&ProjectId, &Hint),
    deliveries: &[Delivery],
) -> Result<bool, StoreError> {
    let ids = deliveries.iter().map(|delivery| delivery.id).collect();
    match look(context, project, hint, ids).await? {
        Looked::Seen => Ok(true),
        Looked::Unreadable(error) => {
            delay::delay(context, project, (deliveries, error)).await?;
            Ok(false)
        }
    }
}
