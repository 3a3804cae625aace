//! Times of single operations, and what is said of them.

use std::time::Duration;

/// Times in the order in which they were taken.
#[derive(Debug, Default, Clone)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    #[allow(dead_code, reason = "for measurements on several connections")]
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The time that so many of a hundred do not exceed, in milliseconds; 0 without samples.
    pub(crate) fn percentile(&self, of_a_hundred: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * of_a_hundred).div_ceil(100).saturating_sub(1);
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let mut samples = Samples::default();
        for milliseconds in (1..=200).rev() {
            samples.add(Duration::from_millis(milliseconds));
        }
        for (of_a_hundred, expected) in [(50, 100.0), (99, 198.0), (100, 200.0)] {
            assert!((samples.percentile(of_a_hundred) - expected).abs() < 1e-9);
        }
        assert!(Samples::default().percentile(99) < 1e-9);
    }
}
