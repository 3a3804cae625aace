//! The words of a test verdict (behaviour §4.3).

const NEGATIVE: [&str; 9] = [
    "BLOCKED",
    "FAILED",
    "FAIL",
    "FAILING",
    "FAILURE",
    "REQUEST_CHANGES",
    "REJECT",
    "REJECTED",
    "RED",
];
const POSITIVE: [&str; 6] = [
    "PASSED",
    "PASS",
    "READY-TO-DEPLOY",
    "READY_TO_DEPLOY",
    "GREEN",
    "APPROVED",
];
const COUNTED: [&str; 5] = ["CHECKS", "TESTS", "CASES", "PASSED", "PASS"];

/// What the words of one value come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tone {
    /// A negative word decides; which.
    Negative(String),
    /// A positive word, and no negative one.
    Positive,
    /// Neither.
    Unknown,
}

/// Judges one value.
#[must_use]
pub fn tone(value: &str) -> Tone {
    let upper = value.to_uppercase();
    if let Some(fraction) = short_fraction(&upper) {
        return Tone::Negative(fraction);
    }
    let words = words(&upper);
    let before = |at: usize| {
        at.checked_sub(1)
            .and_then(|at| words.get(at))
            .copied()
            .unwrap_or("")
    };
    let negative = words.iter().enumerate().find_map(|(at, word)| {
        if NEGATIVE.contains(word) && !["0", "NO"].contains(&before(at)) {
            return Some((*word).to_owned());
        }
        let denied = POSITIVE.contains(word) && ["NOT", "NO"].contains(&before(at));
        denied.then(|| format!("{} {word}", before(at)))
    });
    match negative {
        Some(word) => Tone::Negative(word),
        None if words.iter().any(|word| POSITIVE.contains(word)) => Tone::Positive,
        None => Tone::Unknown,
    }
}

/// Runs of letters, digits, `-` and `_`.
fn words(upper: &str) -> Vec<&str> {
    upper
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '-' || letter == '_'))
        .filter(|word| !word.is_empty())
        .collect()
}

/// `9/10 CHECKS`: a fraction with fewer than all, directly before a counted word.
fn short_fraction(upper: &str) -> Option<String> {
    let pieces: Vec<&str> = upper.split_whitespace().collect();
    pieces.windows(2).find_map(|pair| {
        let [fraction, word] = pair else { return None };
        let counted = words(word).first().is_some_and(|word| COUNTED.contains(word));
        let (some, all) = fraction
            .trim_start_matches(|letter: char| !letter.is_ascii_digit())
            .split_once('/')?;
        let (some, all): (u64, u64) = (some.trim().parse().ok()?, all.trim().parse().ok()?);
        (counted && some < all).then(|| (*fraction).to_owned())
    })
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn positive_values() {
        for value in [
            "PASS",
            "PASSED",
            "pass",
            "PASS — ready-to-deploy",
            "ready-to-deploy",
            "stage:ready-to-deploy",
            "PASS (0 failed)",
            "PASS — no regressions",
            "10/10 checks PASS",
            "PASS, no failure",
            "green",
        ] {
            assert_eq!(tone(value), Tone::Positive, "{value}");
        }
    }

    #[test]
    fn negative_values_name_their_word() {
        for (value, word) in [
            ("BLOCKED", "BLOCKED"),
            ("PASS (2 failed)", "FAILED"),
            ("NOT PASSED", "NOT PASSED"),
            ("no pass", "NO PASS"),
            ("9/10 checks PASS", "9/10"),
            ("PASS 3/4 tests", "3/4"),
            ("request_changes", "REQUEST_CHANGES"),
        ] {
            assert_eq!(tone(value), Tone::Negative(word.to_owned()), "{value}");
        }
    }

    #[test]
    fn other_values_say_nothing() {
        for value in ["registered", "bypassed", "mostly fine", "42", "", "10/10"] {
            assert_eq!(tone(value), Tone::Unknown, "{value}");
        }
    }
}
