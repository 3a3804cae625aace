//! The start of a daemon: recovery, and before it the look at everything when the state was restored from a copy.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::StoreError;
use pipeline_engine::Engine;
use store_sqlite::SqliteStore;
use tokio::sync::watch;

use crate::wire::StartError;

/// How long to wait before recovery is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks at everything and tries to send what waits, before the rest is left for later: one project that is gone must not stop all others.
const ROUNDS: u32 = 30;

/// What a start needs.
pub(crate) struct Beginning<'a> {
    /// Recovers.
    pub(crate) engine: &'a Engine,
    /// Knows whether it was restored.
    pub(crate) database: &'a SqliteStore,
    /// Tells the ports that the first look goes on.
    pub(crate) looking: &'a AtomicBool,
    /// For pauses.
    pub(crate) clock: &'a dyn Clock,
}

impl Beginning<'_> {
    /// Recovers, with patience for a store that is not available for the moment. False: it was told to stop before that was done.
    ///
    /// # Errors
    /// The store cannot be used until somebody does something about it.
    pub(crate) async fn begin(&self, mut stop: watch::Receiver<bool>) -> Result<bool, StartError> {
        let mut rounds = 0;
        loop {
            rounds += 1;
            let waits_for = match self.try_to_begin(rounds).await {
                Ok(Tried::Done) => return Ok(true),
                Ok(Tried::Left { unread, unsent }) => {
                    format!("{unread} objects could not be read, {unsent} effects are being looked for")
                }
                Err(StoreError::Unavailable(error)) => error,
                Err(error @ (StoreError::Broken(_) | StoreError::Refused(_))) => {
                    tracing::error!(%error, "nothing moves: the daemon only shows what it knows");
                    return Err(StartError::Recovery(error));
                }
            };
            tracing::warn!(
                waits_for,
                "recovery waits; nothing is sent and nothing begins before it is done"
            );
            tokio::select! {
                () = self.clock.sleep(PAUSE) => {}
                _ = stop.wait_for(|stop| *stop) => return Ok(false),
            }
        }
    }

    async fn try_to_begin(&self, round: u32) -> Result<Tried, StoreError> {
        let identity = self.database.identity().await?;
        if identity.look_first {
            let left = self.look(&identity.epoch).await?;
            if let Tried::Left { unread, unsent } = left {
                if round < ROUNDS {
                    return Ok(left);
                }
                tracing::error!(
                    unread,
                    unsent,
                    "the first look is not whole and is left at that: the loops go on with it"
                );
            }
        }
        self.looking.store(false, Ordering::Relaxed);
        self.engine.recover().await?;
        if identity.look_first {
            self.database.looked().await?;
        }
        Ok(Tried::Done)
    }

    /// Looks, looks for what may have been sent, and looks again: what waits for its own effects does not see its branch before.
    async fn look(&self, epoch: &str) -> Result<Tried, StoreError> {
        tracing::info!(
            epoch,
            "the state was restored from a copy: looking at everything before anything begins"
        );
        self.looking.store(true, Ordering::Relaxed);
        let before = self.engine.look_first().await?;
        let unsent = self.engine.send_what_waits().await?;
        if before + unsent > 0 {
            return Ok(Tried::Left {
                unread: before,
                unsent,
            });
        }
        let unread = self.engine.look_first().await?;
        let unsent = self.engine.send_what_waits().await?;
        Ok(match unread + unsent {
            0 => Tried::Done,
            _ => Tried::Left { unread, unsent },
        })
    }
}

enum Tried {
    Done,
    Left { unread: usize, unsent: usize },
}
