//! Back-off as a pure function: exponential with full jitter, the jitter taken from the key, so that a replay waits as long as the first time.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// The first wait is at most this.
pub const BASE: Duration = Duration::from_secs(5);
/// No wait is longer than this.
pub const CAP: Duration = Duration::from_secs(600);
/// After so long people are told.
pub const ALERT_AFTER: Duration = Duration::from_secs(30 * 60);
/// After so long it is given up.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// How long to wait before try `attempt` + 1 (`attempt` counts from 1); never shorter than the other side's own wish.
#[must_use]
pub fn back_off(key: impl Hash, attempt: u32, wish: Option<Duration>) -> Duration {
    let ceiling = BASE
        .saturating_mul(1 << attempt.saturating_sub(1).min(16))
        .min(CAP);
    let mut hasher = DefaultHasher::new();
    (key, attempt).hash(&mut hasher);
    let ceiling_ms = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX).max(1);
    let jittered = Duration::from_millis(hasher.finish() % ceiling_ms + 1);
    wish.map_or(jittered, |wish| wish.max(jittered))
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn waits_grow_are_capped_and_repeatable() {
        for attempt in 1..40 {
            let wait = back_off("7-3", attempt, None);
            assert!(wait <= CAP && wait >= Duration::from_millis(1));
            assert_eq!(wait, back_off("7-3", attempt, None));
        }
        assert!(back_off("7-3", 1, None) <= BASE);
    }

    #[test]
    fn the_other_sides_wish_is_honoured() {
        let wish = Duration::from_secs(3_000);
        assert_eq!(back_off("7-3", 1, Some(wish)), wish);
    }
}
