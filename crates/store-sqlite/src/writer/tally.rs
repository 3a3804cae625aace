//! How much was committed: what a step costs is told by its commits, and how many of them shared one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a store has committed since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Commits {
    /// Transactions that wrote something, each made durable by itself.
    pub transactions: u64,
    /// Calls of the store port that wrote something; several share a transaction.
    pub writes: u64,
}

/// The counters; clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<(AtomicU64, AtomicU64)>);

impl Tally {
    /// A transaction was committed in which so many commands wrote something.
    pub(super) fn committed(&self, writes: usize) {
        self.0.0.fetch_add(u64::from(writes > 0), Ordering::Relaxed);
        self.0.1.fetch_add(writes as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Commits {
        Commits {
            transactions: self.0.0.load(Ordering::Relaxed),
            writes: self.0.1.load(Ordering::Relaxed),
        }
    }
}
