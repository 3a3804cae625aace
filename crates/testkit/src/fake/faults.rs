//! Failures on order: which call of a fake fails, and whether it took effect before it failed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use tokio::sync::Notify;

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happened. Stores answer `Unavailable`, other systems `Retry`.
    Before,
    /// It happened and the answer was lost. Stores answer `Unavailable`, other systems `Ambiguous`.
    After,
    /// Nothing happened, and nobody can say so. Stores answer `Unavailable`, other systems `Ambiguous`.
    Lost,
    /// Nothing happened and never will. Stores answer `Refused`, other systems `Permanent` with this text.
    Refused(String),
}

/// A call whose answer is on its way for as long as the test wants.
#[derive(Debug, Default)]
pub struct HeldCall {
    answered: Notify,
    arrives: Notify,
}

impl HeldCall {
    /// Returns when the other side has answered.
    pub async fn is_answered(&self) {
        self.answered.notified().await;
    }

    /// The answer arrives, as old as it is.
    pub fn arrives(&self) {
        self.arrives.notify_one();
    }

    async fn hold(&self) {
        self.answered.notify_one();
        self.arrives.notified().await;
    }
}

/// The script of one fake.
#[derive(Debug, Default)]
pub struct Faults {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    calls: u64,
    nth: Vec<(u64, Fault)>,
    named: VecDeque<(String, Fault)>,
    outage: bool,
    suspended: bool,
    held: Vec<(&'static str, Arc<HeldCall>)>,
    history: Vec<&'static str>,
}

impl Faults {
    /// The `n`th call from now fails, whatever it is; 1 is the next one.
    pub fn fail_nth(&self, n: u64, fault: Fault) {
        self.with(|script| {
            let at = script.calls + n;
            script.nth.push((at, fault));
        });
    }

    /// The next `times` calls of this method fail.
    pub fn fail_next(&self, method: &str, times: usize, fault: &Fault) {
        self.with(|script| {
            for _ in 0..times {
                script.named.push_back((method.to_owned(), fault.clone()));
            }
        });
    }

    /// While on, every call fails before it does anything.
    pub fn outage(&self, on: bool) {
        self.with(|script| script.outage = on);
    }

    /// While on, calls are neither counted nor failed: the test itself looks.
    pub fn suspend(&self, on: bool) {
        self.with(|script| script.suspended = on);
    }

    /// The answer to the next call of this method is held back; where a fake supports it.
    pub fn hold_next(&self, method: &'static str) -> Arc<HeldCall> {
        let held = Arc::new(HeldCall::default());
        self.with(|script| script.held.push((method, Arc::clone(&held))));
        held
    }

    /// Waits for as long as the answer to this call is held back.
    pub(crate) async fn arrive(&self, method: &'static str) {
        let held = self.with(|script| {
            let at = script.held.iter().position(|(name, _)| *name == method)?;
            Some(script.held.remove(at).1)
        });
        if let Some(held) = held {
            held.hold().await;
        }
    }

    /// Whether every failure that was ordered by a method's name has happened.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.with(|script| script.named.is_empty())
    }

    /// Calls so far, failed ones too.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.with(|script| script.calls)
    }

    /// Names of all calls so far, oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<&'static str> {
        self.with(|script| script.history.clone())
    }

    /// Runs a call of an outside system under this script.
    pub(crate) fn port<T>(
        &self,
        method: &'static str,
        work: impl FnOnce() -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        match self.next(method) {
            None => work(),
            Some(Fault::Before) => Err(PortError::retry(format!("{method} was told to fail"))),
            Some(Fault::After) => {
                work()?;
                Err(PortError::Ambiguous(format!(
                    "{method} was told to lose its answer"
                )))
            }
            Some(Fault::Lost) => Err(PortError::Ambiguous(format!(
                "{method} was told to be lost on its way"
            ))),
            Some(Fault::Refused(message)) => Err(PortError::Permanent(message)),
        }
    }

    /// Runs a call of a store under this script.
    pub(crate) fn store<T>(
        &self,
        method: &'static str,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.next(method) {
            None => work(),
            Some(Fault::Before | Fault::Lost) => {
                Err(StoreError::Unavailable(format!("{method} was told to fail")))
            }
            Some(Fault::After) => {
                work()?;
                Err(StoreError::Unavailable(format!(
                    "{method} was told to lose its answer"
                )))
            }
            Some(Fault::Refused(message)) => Err(StoreError::Refused(message)),
        }
    }

    fn next(&self, method: &'static str) -> Option<Fault> {
        self.with(|script| {
            if script.suspended {
                return None;
            }
            script.calls += 1;
            script.history.push(method);
            if script.outage {
                return Some(Fault::Before);
            }
            let call = script.calls;
            if let Some(at) = script.nth.iter().position(|(n, _)| *n == call) {
                return Some(script.nth.remove(at).1);
            }
            let at = script.named.iter().position(|(name, _)| name == method)?;
            script.named.remove(at).map(|(_, fault)| fault)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Script) -> T) -> T {
        work(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
