//! How the loops fare, for `/ready`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pipeline_core::time::Timestamp;

/// Last signs of life and troubles of the loops.
#[derive(Debug, Default)]
pub struct Health {
    loops: Mutex<BTreeMap<&'static str, Sign>>,
    held_back: Mutex<Vec<String>>,
}

#[derive(Debug, Clone)]
struct Sign {
    at: Timestamp,
    every: Duration,
    trouble: Option<String>,
}

impl Health {
    /// A loop finished a tick; it looks again within `every`.
    pub(crate) fn ticked(&self, name: &'static str, at: Timestamp, every: Duration, trouble: Option<String>) {
        let mut loops = self.loops.lock().unwrap_or_else(PoisonError::into_inner);
        loops.insert(name, Sign { at, every, trouble });
    }

    /// What is held back from now on, a sentence each.
    pub(crate) fn hold_back(&self, lines: Vec<String>) {
        *self.held_back.lock().unwrap_or_else(PoisonError::into_inner) = lines;
    }

    /// Why queued work does not begin, a sentence each; it is no problem of the daemon. Empty: nothing is held back.
    #[must_use]
    pub fn held_back(&self) -> Vec<String> {
        self.held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What is wrong at `now`: loops that have been silent for three intervals, and what the last tick complained of. Before the first tick
    /// everything is still recovering.
    #[must_use]
    pub fn problems(&self, now: Timestamp) -> Vec<String> {
        let loops = self.loops.lock().unwrap_or_else(PoisonError::into_inner);
        if loops.is_empty() {
            return vec!["recovery is running".to_owned()];
        }
        loops
            .iter()
            .filter_map(|(name, sign)| match &sign.trouble {
                Some(trouble) => Some(format!("{name}: {trouble}")),
                None if now.since(sign.at) > sign.every * 3 + Duration::from_secs(5) => {
                    Some(format!("{name}: silent for {} s", now.since(sign.at).as_secs()))
                }
                None => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn silence_and_trouble_are_problems() {
        let health = Health::default();
        assert_eq!(health.problems(Timestamp(0)), ["recovery is running"]);
        health.ticked("outbox", Timestamp(0), Duration::from_secs(2), None);
        health.ticked(
            "sweep",
            Timestamp(0),
            Duration::from_secs(60),
            Some("the store is full".to_owned()),
        );
        assert_eq!(health.problems(Timestamp(1_000)), ["sweep: the store is full"]);
        assert_eq!(
            health.problems(Timestamp(12_000)),
            ["outbox: silent for 12 s", "sweep: the store is full"]
        );
    }
}
