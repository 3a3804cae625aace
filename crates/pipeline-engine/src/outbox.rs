//! The outbox: takes effect rows in the order of their lanes and has them sent. What comes of a Required one is an event.
//!
//! Each system of each project has room of its own, and a breaker: what hangs or refuses delays nothing else. A row is sent under a lease
//! that is renewed; every call may be repeated, for the ports look before they write.

mod breaker;
mod sender;
mod delivery;
mod echo;
mod slot;
mod merge;
mod settlement;
mod desk;
mod outage;

pub(crate) mod operator;

use std::sync::Arc;

use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectClaim, EffectStatus, OutboxFilter, Postponement};
use pipeline_core::time::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::outbox::desk::Desk;

/// Rows that this process is sending.
pub(crate) struct Outbox {
    context: Arc<Context>,
    sending: Mutex<JoinSet<()>>,
    desk: Arc<Desk>,
}

impl Outbox {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        let desk = Arc::new(Desk::new(context.projects.keys()));
        Self {
            context,
            sending: Mutex::new(JoinSet::new()),
            desk,
        }
    }

    /// Begins to send everything that is due. A row that hangs holds its lane, a system that hangs holds its rows. One claim takes all that
    /// may be sent now: what it leaves waits for a row to end, which rings.
    pub(crate) async fn tick(&self) -> Result<(), StoreError> {
        let mut sending = self.sending.lock().await;
        self.renew().await?;
        while let Some(ended) = sending.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "sending an effect ended badly");
            }
        }
        let now = self.context.clock.now();
        let claim = EffectClaim {
            owner: self.context.settings.instance.clone(),
            now,
            lease_until: now.plus(self.context.settings.lease),
            rooms: self.desk.rooms(now),
        };
        for row in self.context.store.claim_effects(claim).await? {
            self.desk.begins(&row);
            let (context, desk) = (Arc::clone(&self.context), Arc::clone(&self.desk));
            sending.spawn(async move {
                sender::deliver(&context, &desk, &row).await;
                desk.ends(&row);
                context.wakes.outbox.notify_one();
            });
        }
        Ok(())
    }

    /// Waits for the rows that are being sent, no longer than `until`; what is left is looked at by the next daemon. Answers how many.
    pub(crate) async fn end(&self, until: Timestamp) -> usize {
        let mut sending = self.sending.lock().await;
        loop {
            tokio::select! {
                ended = sending.join_next() => if ended.is_none() {
                    return 0;
                },
                () = self.context.clock.sleep_until(until) => break,
            }
        }
        let left = sending.len();
        sending.shutdown().await;
        left
    }

    /// Leases are prolonged when a third of them is over.
    async fn renew(&self) -> Result<(), StoreError> {
        let settings = &self.context.settings;
        let now = self.context.clock.now();
        let claims = self.desk.to_renew(now, settings.lease / 3);
        if claims.is_empty() {
            return Ok(());
        }
        let until = now.plus(settings.lease);
        self.context
            .store
            .renew_effects(&settings.instance, claims, until)
            .await
    }

    /// Rows in flight that nobody sends: the answer to their claim was lost, or their task died. They may have arrived.
    pub(crate) async fn take_up_strays(&self) -> Result<(), StoreError> {
        let _sending = self.sending.lock().await;
        for row in self.context.store.effects(OutboxFilter::Open).await? {
            let key = row.effect.key;
            let is_ours = row.owner.as_ref() == Some(&self.context.settings.instance);
            if row.status == EffectStatus::InFlight && is_ours && !self.desk.sends(&key) {
                tracing::error!(effect.key = %key, "an effect was claimed and not sent; it is taken up");
                let back = Postponement {
                    key,
                    fence: row.fence,
                    at: self.context.clock.now(),
                    error: "claimed and not sent".to_owned(),
                    ambiguous: true,
                    costs_a_try: true,
                };
                self.context.store.postpone(back).await?;
            }
        }
        Ok(())
    }
}
