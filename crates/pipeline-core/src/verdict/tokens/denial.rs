//! What makes a value negative, and what excuses a negative word.

use crate::verdict::tokens::COUNTED;
use crate::verdict::tokens::word::{Word, fraction, is_nothing, negation};

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
/// What may stand between a zero and its negative word: `0 tests failed`.
pub(super) const NOUNS: [&str; 6] = ["CHECK", "CHECKS", "TEST", "TESTS", "CASE", "CASES"];

/// The negative words that this word completes.
pub(super) fn denial(earlier: &[Word<'_>], word: &Word<'_>) -> Option<String> {
    if is_negative(word.bare()) && !is_excused(earlier, word) {
        return Some(word.bare().to_owned());
    }
    if word.is_positive() {
        // A dash between the two is no word of its own.
        let until = earlier.iter().rposition(|word| !word.is_dash());
        let before = until.and_then(|until| earlier.get(..=until));
        if let Some(not) = before.and_then(negation) {
            return Some(format!("{not} {}", word.text));
        }
    }
    if COUNTED.contains(&word.text) {
        return fraction(earlier).and_then(|fraction| fraction.short());
    }
    None
}

pub(super) fn is_negative(word: &str) -> bool {
    NEGATIVE.contains(&word)
}

/// `0 failed`, `no failure`, `0 tests failed`.
pub(super) fn is_excused(earlier: &[Word<'_>], word: &Word<'_>) -> bool {
    let counted = match earlier {
        [earlier @ .., noun] if NOUNS.contains(&noun.text) && noun.is_direct() => earlier,
        earlier => earlier,
    };
    word.is_direct() && is_nothing(counted)
}
