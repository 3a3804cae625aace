//! The store in memory. Steps are all or nothing; every call goes through the fault script.

mod state;
mod tasks;
mod step;
mod jobs;
mod outbox;
mod deliveries;
mod orders;
mod holds;
mod retention;
mod accounts;
mod watch;

use std::sync::{Mutex, PoisonError};

use pipeline_core::port::store::StoreError;
use tokio::sync::Notify;

use crate::fake::faults::{Fault, Faults};
use crate::fake::store::state::State;

/// The store in memory.
#[derive(Debug, Default)]
pub struct FakeStore {
    /// Which calls fail.
    pub faults: Faults,
    state: Mutex<State>,
    written: Notify,
}

impl FakeStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The `n`th call from now fails; 1 is the next one.
    pub fn fail_nth(&self, n: u64, fault: Fault) {
        self.faults.fail_nth(n, fault);
    }

    fn call<T>(
        &self,
        method: &'static str,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.faults.store(method, || {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let before = state.version;
            let answer = work(&mut state);
            if state.version != before {
                self.written.notify_one();
            }
            answer
        })
    }

    fn write<T>(
        &self,
        method: &'static str,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.call(method, |state| {
            let answer = work(state)?;
            state.version += 1;
            Ok(answer)
        })
    }
}
