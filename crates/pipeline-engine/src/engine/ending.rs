//! How the daemon ends: told to stop, drained, or with its runs ended. Whatever is short is finished, within a limit; everything else is taken
//! up at the next start.

use std::time::Duration;

use pipeline_core::hold::{HoldKind, Lifting};
use pipeline_core::port::store::StoreError;
use tokio::task::JoinSet;

use crate::dispatch::Call;
use crate::engine::Engine;

/// For what is short: a row that is being sent, a commit, a harvest.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// A run that was ended by force still has to be reaped and its end stored.
const REAPING: Duration = Duration::from_secs(15);

/// Why the engine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to; runs go on.
    Stopped,
    /// No run was left.
    Drained,
    /// Its runs were ended, and their jobs queued again.
    Killed,
}

impl Ended {
    pub(super) fn of(kind: HoldKind) -> Self {
        match kind {
            HoldKind::Drain => Self::Drained,
            HoldKind::Kill => Self::Killed,
            HoldKind::Stop | HoldKind::Pause => Self::Stopped,
        }
    }

    fn ends(self, kind: HoldKind) -> bool {
        match kind {
            HoldKind::Pause => false,
            HoldKind::Drain => self == Self::Drained,
            HoldKind::Stop | HoldKind::Kill => true,
        }
    }
}

impl Engine {
    /// A call to end that an earlier daemon did not live to answer has been answered by its death.
    pub(super) async fn forget_calls_to_end(&self) -> Result<(), StoreError> {
        self.lift(Ended::Stopped, "the daemon was started").await
    }

    pub(super) async fn end(&self, ended: Ended, loops: &mut JoinSet<()>) {
        let clock = &self.context.clock;
        tracing::info!(?ended, "the daemon ends");
        if ended == Ended::Killed {
            let until = clock.now().plus(self.context.settings.kill_grace).plus(REAPING);
            let left = self.dispatcher.end(Call::Interrupt, until).await;
            if left > 0 {
                tracing::warn!(
                    left,
                    "runs did not end in time; they are taken up at the next start"
                );
            }
        }
        let until = clock.now().plus(LAST_WORDS);
        let joined = async { while loops.join_next().await.is_some() {} };
        tokio::select! {
            () = joined => {}
            () = clock.sleep_until(until) => tracing::warn!("a loop did not finish in time; it is dropped"),
        }
        let jobs = self.dispatcher.end(Call::Leave, until).await;
        let effects = self.outbox.end(until).await;
        if jobs + effects > 0 {
            tracing::warn!(
                jobs,
                effects,
                "not everything finished in time; it is taken up at the next start"
            );
        }
        if let Err(error) = self.lift(ended, "the daemon has ended").await {
            tracing::warn!(%error, "the call to end could not be marked as answered; the next start does it");
        }
    }

    async fn lift(&self, ended: Ended, reason: &str) -> Result<(), StoreError> {
        let store = &self.context.store;
        for hold in store.holds().await? {
            if hold.said.project.is_none() && ended.ends(hold.said.kind) {
                let lifting = Lifting {
                    by: "orchd".to_owned(),
                    reason: reason.to_owned(),
                    at: self.context.clock.now(),
                };
                store.lift(hold.id, lifting).await?;
            }
        }
        Ok(())
    }
}
