//! How long a run has done nothing that can be seen. Silence alone is no stall (builds are silent), nor is an idle
//! processor (a program may wait for an answer and tell so): only both, with no file changing.

use std::time::Duration;

use crate::moment::Moment;

/// Processor time up to this share of the time that passes is the idling of timers and collectors: 5 %. Programs with a collector idle in bursts, so
/// what is used is put together, and what passes is taken off.
const IDLE_SHARE: u128 = 20;
/// Processor time, in milliseconds, that is more than a burst.
const BURST_MS: u64 = 500;

/// A gap this many times as long as it should be means that *we* were stopped, not that the run was quiet.
const GAP: u32 = 4;
const GAP_AT_LEAST: Duration = Duration::from_secs(1);

pub(super) struct Quiet {
    /// Between two looks, at most.
    every: Duration,
    limit: Option<Duration>,
    since: Moment,
    looked: Moment,
    /// Processor time beyond what idling takes.
    beyond_ms: u64,
}

/// What was seen since the last look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) output: bool,
    pub(super) files: bool,
    pub(super) cpu_ms: u64,
}

/// What a run's quiet means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stall {
    /// Nothing.
    No,
    /// It is worth a warning.
    Suspected,
    /// It is to be stopped.
    Certain,
}

impl Quiet {
    /// `limit`: quiet for so long is suspect, for twice as long certain; `None`: never.
    pub(super) fn new(every: Duration, limit: Option<Duration>, now: Moment) -> Quiet {
        Quiet {
            every,
            limit,
            since: now,
            looked: now,
            beyond_ms: 0,
        }
    }

    pub(super) fn look(&mut self, seen: Seen, now: Moment) -> Stall {
        let passed = self.looked.age(now);
        self.looked = now;
        let idling = u64::try_from(passed.as_millis() / IDLE_SHARE).unwrap_or(u64::MAX);
        self.beyond_ms = (self.beyond_ms + seen.cpu_ms).saturating_sub(idling);
        let works = self.beyond_ms >= BURST_MS;
        let we_slept = passed > (self.every * GAP).max(GAP_AT_LEAST);
        if seen.output || seen.files || works || we_slept {
            self.since = now;
            self.beyond_ms = 0;
        }
        match self.limit {
            Some(limit) if self.for_how_long(now) >= limit * 2 => Stall::Certain,
            Some(limit) if self.for_how_long(now) >= limit => Stall::Suspected,
            Some(_) | None => Stall::No,
        }
    }

    pub(super) fn for_how_long(&self, now: Moment) -> Duration {
        self.since.age(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Seen = Seen {
        output: false,
        files: false,
        cpu_ms: 0,
    };

    /// Looks every 2 s with a limit of 10 s; `seen` by the number of the look.
    fn check(looks: u32, seen: impl Fn(u32) -> Seen, expected: Stall) {
        let every = Duration::from_secs(2);
        let mut now = Moment::now();
        let mut quiet = Quiet::new(every, Some(Duration::from_secs(10)), now);
        let mut last = Stall::No;
        for look in 1..=looks {
            now = now.after(every);
            last = quiet.look(seen(look), now);
        }
        assert_eq!(last, expected, "after {looks} looks");
    }

    #[test]
    fn nothing_at_all_is_suspect_and_then_certain() {
        check(4, |_| NOTHING, Stall::No);
        check(5, |_| NOTHING, Stall::Suspected);
        check(9, |_| NOTHING, Stall::Suspected);
        check(10, |_| NOTHING, Stall::Certain);
    }

    #[test]
    fn any_sign_of_life_starts_the_time_anew() {
        let at_five = |sign: Seen| move |look| if look == 5 { sign } else { NOTHING };
        let (output, files) = (true, true);
        check(9, at_five(Seen { output, ..NOTHING }), Stall::No);
        check(9, at_five(Seen { files, ..NOTHING }), Stall::No);
        check(
            9,
            at_five(Seen {
                cpu_ms: 600,
                ..NOTHING
            }),
            Stall::No,
        );
        check(10, at_five(Seen { output, ..NOTHING }), Stall::Suspected);
    }

    #[test]
    fn a_processor_that_idles_is_no_sign_of_life() {
        let in_bursts = |every: u32, cpu_ms: u64| {
            move |look: u32| Seen {
                cpu_ms: if look.is_multiple_of(every) { cpu_ms } else { 0 },
                ..NOTHING
            }
        };
        check(5, in_bursts(1, 39), Stall::Suspected);
        check(10, in_bursts(1, 100), Stall::Certain);
        check(10, in_bursts(3, 300), Stall::Certain);
        check(10, in_bursts(1, 400), Stall::No);
        check(10, in_bursts(3, 1_000), Stall::No);
    }

    #[test]
    fn a_time_in_which_nobody_looked_does_not_count() {
        let now = Moment::now();
        let limit = Duration::from_secs(10);
        let mut quiet = Quiet::new(Duration::from_secs(2), Some(limit), now);
        let later = now.after(Duration::from_secs(3_600));
        assert_eq!(quiet.look(NOTHING, later), Stall::No);
    }

    #[test]
    fn without_a_limit_nothing_is_a_stall() {
        let now = Moment::now();
        let mut quiet = Quiet::new(Duration::from_secs(2), None, now);
        let later = now.after(Duration::from_secs(7));
        assert_eq!(quiet.look(NOTHING, later), Stall::No);
        assert_eq!(quiet.for_how_long(later), Duration::from_secs(7));
    }
}
