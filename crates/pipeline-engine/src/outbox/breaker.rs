//! The breaker of one system: when several lanes in a row get no answer, the system is down, not a row of ours. It gets a pause, then one
//! row at a time until one arrives.

use std::collections::BTreeSet;
use std::time::Duration;

use pipeline_core::effect::Lane;
use pipeline_core::port::store::outbox::Channel;
use pipeline_core::retry::back_off;
use pipeline_core::time::Timestamp;

/// Failures in a row that open it.
const LIMIT: u32 = 5;
/// Lanes that they come from at least: one row that never works says nothing about the system.
const LANES: usize = 2;

/// How a system fared lately.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    lanes: BTreeSet<Lane>,
    /// Pauses in a row, and when the last one ends.
    open: Option<(u32, Timestamp)>,
    /// It is taken to be down: more than a pause that it asked for.
    down: bool,
}

/// What is news of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is down, and gets a pause until then. Once per outage.
    Down(Timestamp),
    /// It was down and answers again.
    Up,
}

impl Breaker {
    /// How many rows may be on their way now, of `usual` ones.
    pub(super) fn allows(&self, now: Timestamp, usual: usize) -> usize {
        match self.open {
            None => usual,
            Some((_, until)) if now < until => 0,
            Some(_) => 1,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The system answered, whatever it said.
    pub(super) fn reached(&mut self) -> Option<Turn> {
        std::mem::take(self).down.then_some(Turn::Up)
    }

    /// The system did not take a row of this lane. Its own wish for a pause is granted at once.
    pub(super) fn failed(
        &mut self,
        (channel, lane): (&Channel, &Lane),
        wish: Option<Duration>,
        now: Timestamp,
    ) -> Option<Turn> {
        self.failures += 1;
        if self.lanes.len() < LANES {
            self.lanes.insert(lane.clone());
        }
        let down = self.failures >= LIMIT && self.lanes.len() >= LANES;
        match self.open {
            // Rows that were on their way when the pause began.
            Some((pauses, until)) if now < until => {
                let wished = wish.map_or(until, |wish| now.plus(wish));
                self.open = Some((pauses, until.max(wished)));
            }
            Some((pauses, _)) => self.pause(channel, pauses + 1, (wish, now)),
            None if down || wish.is_some_and(|wish| !wish.is_zero()) => self.pause(channel, 1, (wish, now)),
            None => {}
        }
        if self.down || !down {
            return None;
        }
        self.down = true;
        self.open.map(|(_, until)| Turn::Down(until))
    }

    fn pause(&mut self, channel: &Channel, pauses: u32, (wish, now): (Option<Duration>, Timestamp)) {
        // A wish alone is no outage: the pause is as long as the system asked for.
        let wait = match wish {
            Some(wish) if self.failures < LIMIT => wish,
            Some(_) | None => back_off(channel, pauses, wish),
        };
        self.open = Some((pauses, now.plus(wait)));
    }
}

#[cfg(test)]
mod cases {
    use pipeline_core::effect::System;
    use pipeline_core::id::ProjectId;

    use super::*;

    const USUAL: usize = 8;
    const NOW: Timestamp = Timestamp(0);

    fn fail(breaker: &mut Breaker, lane: &str, wish: Option<Duration>, now: Timestamp) -> Option<Turn> {
        let channel = Channel {
            project: ProjectId::new("et"),
            system: System::Chat,
        };
        breaker.failed((&channel, &Lane(lane.to_owned())), wish, now)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for lane in ["1", "2", "1", "2", "1"] {
            assert_eq!(breaker.allows(NOW, USUAL), USUAL);
            fail(&mut breaker, lane, None, NOW);
        }
        breaker
    }

    fn end(breaker: &Breaker) -> Timestamp {
        breaker.open.unwrap().1
    }

    #[test]
    fn five_failures_of_several_lanes_open_it_and_one_row_tries_again() {
        let breaker = opened();
        assert_eq!(breaker.allows(NOW, USUAL), 0);
        assert_eq!(breaker.allows(end(&breaker), USUAL), 1);
    }

    #[test]
    fn one_lane_that_never_works_opens_nothing() {
        let mut breaker = Breaker::default();
        for _ in 0..50 {
            fail(&mut breaker, "1", None, NOW);
        }
        assert!(!breaker.is_open());
    }

    #[test]
    fn an_answer_closes_it() {
        let mut breaker = opened();
        breaker.reached();
        assert_eq!(breaker.allows(NOW, USUAL), USUAL);
        fail(&mut breaker, "1", None, NOW);
        assert_eq!(breaker.allows(NOW, USUAL), USUAL);
    }

    #[test]
    fn a_failed_try_begins_the_next_pause_and_stragglers_begin_none() {
        let mut breaker = opened();
        let first = end(&breaker);
        fail(&mut breaker, "2", None, NOW);
        assert_eq!(end(&breaker), first);
        fail(&mut breaker, "2", None, first);
        assert!(end(&breaker) > first);
        assert_eq!(breaker.open.unwrap().0, 2);
    }

    #[test]
    fn an_outage_is_news_once_when_it_begins_and_once_when_it_ends() {
        let mut breaker = Breaker::default();
        for lane in ["1", "2", "1", "2"] {
            assert_eq!(fail(&mut breaker, lane, None, NOW), None);
        }
        let began = fail(&mut breaker, "1", None, NOW);
        assert_eq!(began, Some(Turn::Down(end(&breaker))));
        for _ in 0..3 {
            let later = end(&breaker);
            assert_eq!(fail(&mut breaker, "2", None, later), None);
        }
        assert_eq!(breaker.reached(), Some(Turn::Up));
        assert_eq!(breaker.reached(), None);
    }

    #[test]
    fn a_pause_that_the_system_asked_for_is_no_news() {
        let mut breaker = Breaker::default();
        let wish = Some(Duration::from_secs(40));
        assert_eq!(fail(&mut breaker, "1", wish, NOW), None);
        assert_eq!(breaker.reached(), None);
    }

    #[test]
    fn the_systems_own_wish_is_granted_at_once() {
        let mut breaker = Breaker::default();
        fail(&mut breaker, "1", Some(Duration::from_secs(40)), NOW);
        assert_eq!(end(&breaker), Timestamp(40_000));
        fail(&mut breaker, "2", Some(Duration::from_secs(60)), NOW);
        assert_eq!(end(&breaker), Timestamp(60_000));
    }
}
