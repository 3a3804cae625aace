//! The words of a test verdict (behaviour §4.3). What denies is read broadly, across punctuation; what excuses is read narrowly: `0 failed`
//! excuses, `1.0 failed` and `0, FAILED` do not.
//!
//! Where the letter of the rule would let a value pass that a person would not call passed (`9/10 unit tests PASS`, `not all tests PASSED`,
//! `PASS (2 errors)`), the value is [`Tone::Doubtful`]: no failed test, but a report to be written again. docs/REPORTS.md lists these forms.

mod word;
mod denial;
mod doubt;

use crate::verdict::tokens::word::words;

const POSITIVE: [&str; 6] = [
    "PASSED",
    "PASS",
    "READY-TO-DEPLOY",
    "READY_TO_DEPLOY",
    "GREEN",
    "APPROVED",
];
/// What a fraction counts.
const COUNTED: [&str; 5] = ["CHECKS", "TESTS", "CASES", "PASSED", "PASS"];

/// What the words of one value come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tone {
    /// A negative word decides; which.
    Negative(String),
    /// No negative word, but something that takes a positive one back; what.
    Doubtful(String),
    /// A positive word, and nothing against it.
    Positive,
    /// Neither.
    Unknown,
}

/// Judges one value. Only Latin letters make a word of the lists; case does not matter.
#[must_use]
pub fn tone(value: &str) -> Tone {
    let upper = value.to_ascii_uppercase();
    let words = words(&upper);
    let mut is_positive = false;
    for at in 0..words.len() {
        let (earlier, rest) = words.split_at(at);
        let Some(word) = rest.first() else { break };
        if let Some(denial) = denial::denial(earlier, word) {
            return Tone::Negative(denial);
        }
        is_positive |= word.is_positive();
    }
    match doubt::doubt(&upper, &words) {
        Some(why) => Tone::Doubtful(why),
        None if is_positive => Tone::Positive,
        None => Tone::Unknown,
    }
}

#[cfg(test)]
mod cases;
