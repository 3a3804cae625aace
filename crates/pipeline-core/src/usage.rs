//! What runs cost: tokens and money, and how both are written.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// The largest cost that is written out, in US dollars.
const MOST_COST: f64 = 999_999_999.99;

/// Tokens and cost of one run or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Fresh input tokens.
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Input tokens read from the provider's cache.
    pub cache_read_input_tokens: u64,
    /// Input tokens written to the provider's cache.
    pub cache_creation_input_tokens: u64,
    /// US dollars, as the provider says.
    pub cost_usd: f64,
}

impl Usage {
    /// The full input: fresh, read from and written to the cache.
    #[must_use]
    pub fn full_input(&self) -> u64 {
        self.input_tokens
            .saturating_add(self.cache_read_input_tokens)
            .saturating_add(self.cache_creation_input_tokens)
    }

    /// No token was used.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.full_input() == 0 && self.output_tokens == 0
    }
}

/// Agents say what they used: a sum of absurd figures stays at the largest, and a cost stays a number that can be stored.
impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.input_tokens, other.input_tokens),
            (&mut self.output_tokens, other.output_tokens),
            (&mut self.cache_read_input_tokens, other.cache_read_input_tokens),
            (
                &mut self.cache_creation_input_tokens,
                other.cache_creation_input_tokens,
            ),
        ] {
            *sum = sum.saturating_add(more);
        }
        let cost = self.cost_usd + other.cost_usd;
        if cost.is_finite() {
            self.cost_usd = cost;
        }
    }
}

/// `999`, `1.2k`, `2.5M`.
#[must_use]
pub fn tokens_text(tokens: u64) -> String {
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..999_950 => tenths(tokens, 1_000, "k"),
        _ => tenths(tokens, 1_000_000, "M"),
    }
}

/// `$7.29`. What is no cost (negative, not a number) is `$0.00`.
#[must_use]
pub fn cost_text(usd: f64) -> String {
    let usd = if usd > 0.0 { usd.min(MOST_COST) } else { 0.0 };
    format!("${usd:.2}")
}

/// `0s`, `59s`, `4m 12s`, `2h 47m`.
#[must_use]
pub fn duration_text(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

fn tenths(value: u64, unit: u64, suffix: &str) -> String {
    let tenths = value.saturating_add(unit / 20) / (unit / 10);
    format!("{}.{}{suffix}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_short() {
        for (tokens, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1.0k"),
            (1_049, "1.0k"),
            (1_050, "1.1k"),
            (1_234, "1.2k"),
            (999_949, "999.9k"),
            (999_950, "1.0M"),
            (1_000_000, "1.0M"),
            (1_049_999, "1.0M"),
            (1_050_000, "1.1M"),
            (2_500_000, "2.5M"),
            (u64::MAX, "18446744073709.5M"),
        ] {
            assert_eq!(tokens_text(tokens), text);
        }
    }

    #[test]
    fn durations_read_like_a_clock() {
        for (seconds, text) in [
            (0, "0s"),
            (1, "1s"),
            (59, "59s"),
            (60, "1m 00s"),
            (61, "1m 01s"),
            (252, "4m 12s"),
            (3_599, "59m 59s"),
            (3_600, "1h 00m"),
            (3_780, "1h 03m"),
            (10_020, "2h 47m"),
            (359_999, "99h 59m"),
            (u64::MAX, "5124095576030431h 00m"),
        ] {
            assert_eq!(duration_text(seconds), text);
        }
    }

    /// A number that differs in its last bit is another task than the one that was stored.
    #[test]
    fn what_was_spent_comes_back_to_the_last_bit() {
        let mut spent = Usage::default();
        for tokens in 0..20_000 {
            spent += Usage {
                cost_usd: f64::from(tokens) * 0.000_005 / 3.0,
                ..Usage::default()
            };
            let text = serde_json::to_string(&spent).unwrap();
            assert_eq!(serde_json::from_str::<Usage>(&text).unwrap(), spent, "{text}");
        }
    }

    #[test]
    fn money_has_two_digits() {
        for (usd, text) in [
            (0.0, "$0.00"),
            (-0.0, "$0.00"),
            (0.004_9, "$0.00"),
            (0.005_1, "$0.01"),
            (0.994_9, "$0.99"),
            (0.995_1, "$1.00"),
            (7.294, "$7.29"),
            (1_234.5, "$1234.50"),
            (-3.0, "$0.00"),
            (-0.001, "$0.00"),
            (f64::NAN, "$0.00"),
            (f64::INFINITY, "$999999999.99"),
        ] {
            assert_eq!(cost_text(usd), text, "{usd}");
        }
    }

    #[test]
    fn absurd_figures_of_an_agent_add_up_to_something_that_can_be_stored() {
        let absurd = Usage {
            input_tokens: u64::MAX,
            output_tokens: u64::MAX,
            cache_read_input_tokens: u64::MAX,
            cache_creation_input_tokens: u64::MAX,
            cost_usd: f64::MAX,
        };
        let mut sum = absurd;
        sum += absurd;
        assert_eq!((sum, sum.full_input()), (absurd, u64::MAX));
        let stored = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<Usage>(&stored).unwrap(), sum);
    }
}
