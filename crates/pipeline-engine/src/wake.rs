//! Wake-ups between loops. Losing one costs a poll interval, nothing else.

use tokio::sync::Notify;

use crate::intake::Sightings;

/// One bell per loop; a ring while nobody waits is kept for the next wait.
#[derive(Debug, Default)]
pub struct Wakes {
    pub(crate) intake: Notify,
    pub(crate) orders: Notify,
    pub(crate) dispatch: Notify,
    pub(crate) outbox: Notify,
    pub(crate) sweep: Notify,
    /// Moves that were seen and that no activity tells of yet.
    pub(crate) sightings: Sightings,
}

impl Wakes {
    /// There may be news: a delivery was stored or the board was written.
    pub fn news(&self) {
        self.intake.notify_one();
    }

    /// An operator's order was stored.
    pub fn order(&self) {
        self.orders.notify_one();
    }

    /// Everything looks once.
    pub fn all(&self) {
        for bell in [
            &self.intake,
            &self.orders,
            &self.dispatch,
            &self.outbox,
            &self.sweep,
        ] {
            bell.notify_one();
        }
    }
}
