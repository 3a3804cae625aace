//! Branches that were begun a moment ago, and so the default branch was fetched: the first run on one need not ask the forge again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pipeline_core::id::CommitSha;
use pipeline_core::time::Timestamp;

/// In milliseconds. Nobody expects to be faster between the order to begin and the run.
const A_MOMENT: i64 = 5_000;

/// The first commits of branches, and when the fetch before them began.
#[derive(Debug, Default)]
pub(super) struct JustFetched(Mutex<BTreeMap<CommitSha, Timestamp>>);

impl JustFetched {
    pub(super) fn remember(&self, first: &CommitSha, at: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, then| is_recent(*then, at));
        known.insert(first.clone(), at);
    }

    /// Whether a run that starts at this commit follows at once. Only the first that asks does: the next may have been ordered because
    /// something was changed.
    pub(super) fn take(&self, start: &CommitSha, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(start).is_some_and(|then| is_recent(then, now))
    }
}

/// A clock that was set back makes nothing recent.
fn is_recent(then: Timestamp, now: Timestamp) -> bool {
    (0..A_MOMENT).contains(&now.0.saturating_sub(then.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked_at: i64, expected: bool) {
        let (known, commit) = (JustFetched::default(), CommitSha::new("a".repeat(40)));
        known.remember(&commit, Timestamp(10_000));
        assert!(!known.take(&CommitSha::new("b".repeat(40)), Timestamp(asked_at)));
        assert_eq!(known.take(&commit, Timestamp(asked_at)), expected, "{asked_at}");
        assert!(!known.take(&commit, Timestamp(asked_at)));
    }

    #[test]
    fn only_the_first_run_that_follows_at_once_is_spared_the_fetch() {
        check(10_000, true);
        check(14_999, true);
        check(15_000, false);
        check(9_999, false);
    }
}
