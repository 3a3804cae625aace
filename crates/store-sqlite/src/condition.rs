//! Whether the database may be written, and what has to happen where it may not.
//!
//! Shared by the writer, the readers, the checkpoints and whoever asks (`/ready`). What goes wrong is judged here once; a fault that passes
//! by itself is tried again after a pause that grows. Knows no table and no file.

mod degraded;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::StoreError;
use pipeline_core::time::Timestamp;
use tokio::sync::watch;

use crate::failure::Failure;

pub use crate::condition::degraded::{Cause, Degraded, Ending};

/// The first pause before a write is tried again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest; a full disk is noticed to have room again within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A fault that comes back sooner than this is the same one: its pause goes on growing.
const CALM: Duration = Duration::from_secs(600);

/// The condition of one database. Clones share it.
#[derive(Clone)]
pub struct Condition {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    clock: Option<Arc<dyn Clock>>,
    pause: Mutex<Pause>,
    told: watch::Sender<Option<Degraded>>,
}

/// When a write is tried again.
struct Pause {
    length: Duration,
    from: Timestamp,
}

/// What becomes of a write.
pub(crate) enum Gate {
    /// It may be tried.
    Open,
    /// The database is degraded; it is time to try whether that is over.
    Probe,
    /// It is refused, with this answer.
    Shut(StoreError),
}

impl Condition {
    /// Sound, until something is noticed. Without a clock every write is a probe.
    pub(crate) fn new(path: &Path, clock: Option<Arc<dyn Clock>>) -> Self {
        let pause = Pause {
            length: Duration::ZERO,
            from: Timestamp(0),
        };
        Self {
            shared: Arc::new(Shared {
                path: path.to_owned(),
                clock,
                pause: Mutex::new(pause),
                told: watch::Sender::new(None),
            }),
        }
    }

    /// Why nothing is written now; none when the database is sound. Waits for nothing.
    #[must_use]
    pub fn degraded(&self) -> Option<Degraded> {
        self.shared.told.borrow().clone()
    }

    /// The same, to be waited for. It stays at the last value when the store is dropped.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Degraded>> {
        self.shared.told.subscribe()
    }

    /// Only a restart or an operator helps: neither writes nor checkpoints any more.
    pub(crate) fn is_final(&self) -> bool {
        self.degraded()
            .is_some_and(|degraded| degraded.cause.ending() != Ending::ByItself)
    }

    /// Before a write.
    pub(crate) fn gate(&self) -> Gate {
        match self.degraded() {
            None => Gate::Open,
            Some(degraded) if degraded.cause.ending() == Ending::ByItself && self.is_due() => Gate::Probe,
            Some(degraded) => Gate::Shut(degraded.to_store_error()),
        }
    }

    /// Takes note of what went wrong with one piece of work alone, and answers the caller in the port's words.
    pub(crate) fn notice(&self, failure: &Failure) -> StoreError {
        match failure.cause() {
            Some(cause) => self.degrade(cause, failure.to_string()).to_store_error(),
            None => failure.to_store_error(),
        }
    }

    /// The same where the fault may be that of another piece of work: what passes by itself is left to the writer to find out.
    pub(crate) fn notice_final(&self, failure: &Failure) -> StoreError {
        match failure.cause() {
            Some(cause) if cause.ending() != Ending::ByItself => self.notice(failure),
            Some(_) | None => failure.to_store_error(),
        }
    }

    /// The same for a read: room for writing is no matter of its own.
    pub(crate) fn notice_read(&self, failure: &Failure) -> StoreError {
        match failure.cause() {
            Some(cause) if cause >= Cause::InputOutput => self.notice(failure),
            Some(_) | None => failure.to_store_error(),
        }
    }

    /// Refuses writes from now on. A graver cause replaces a lighter one, never the other way round. Logged when it changes.
    pub(crate) fn degrade(&self, cause: Cause, detail: String) -> Degraded {
        let found = Degraded {
            path: self.shared.path.clone(),
            cause,
            detail,
        };
        self.lengthen(self.degraded().is_some());
        let changed = self.shared.told.send_if_modified(|told| {
            let graver = told.as_ref().is_none_or(|known| known.cause < cause);
            if graver {
                *told = Some(found.clone());
            }
            graver
        });
        if changed {
            tracing::error!(reason = %found, "the database is read-only from now on");
        }
        self.degraded().unwrap_or(found)
    }

    /// A probe went well. What only a restart or an operator ends stays.
    pub(crate) fn mend(&self) {
        let mended = self.shared.told.send_if_modified(|told| {
            let passing = told
                .as_ref()
                .is_some_and(|known| known.cause.ending() == Ending::ByItself);
            if passing {
                *told = None;
            }
            passing
        });
        if mended {
            self.pause().from = self.now();
            tracing::warn!(path = %self.shared.path.display(), "the database can be written again");
        }
    }

    fn is_due(&self) -> bool {
        if self.shared.clock.is_none() {
            return true;
        }
        let (now, pause) = (self.now(), self.pause());
        // A clock that was set back must not make us wait for it.
        now < pause.from || now.since(pause.from) >= pause.length
    }

    fn lengthen(&self, goes_on: bool) {
        let now = self.now();
        let mut pause = self.pause();
        let again = goes_on || now.since(pause.from) < CALM;
        pause.length = if again && !pause.length.is_zero() {
            (pause.length * 2).min(LONGEST_PAUSE)
        } else {
            FIRST_PAUSE
        };
        pause.from = now;
    }

    fn now(&self) -> Timestamp {
        self.shared
            .clock
            .as_ref()
            .map_or(Timestamp(0), |clock| clock.now())
    }

    fn pause(&self) -> MutexGuard<'_, Pause> {
        self.shared.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
