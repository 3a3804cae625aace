//! What takes a positive word back without being a negative one. The letter of the rule says that unknown words do not matter; these do to
//! whoever reads the value, and a false pass is the worst answer of all.

use crate::verdict::tokens::denial::{NOUNS, is_excused, is_negative};
use crate::verdict::tokens::word::{Word, fraction, goes_on, is_nothing, negation};
use crate::verdict::tokens::{COUNTED, POSITIVE};

/// Signs that stand for a negative word.
const CROSSES: [char; 9] = ['❌', '✗', '✘', '✖', '✕', '🔴', '⛔', '🛑', '🚫'];

/// The first thing in the value that is against a pass.
pub(super) fn doubt(upper: &str, words: &[Word<'_>]) -> Option<String> {
    let mut denied = None;
    for (at, word) in words.iter().enumerate() {
        let (earlier, rest) = words.split_at(at);
        let (until, after) = words.split_at(at + 1);
        if begins_clause(word) {
            denied = None;
        }
        if let Some(not) = denied.as_ref().filter(|_| word.is_positive()) {
            return Some(format!("{not} … {}", word.text));
        }
        let why = of_word(earlier, word)
            .or_else(|| nothing_passed(earlier, rest))
            .or_else(|| short(until, after))
            .or_else(|| answered(earlier, rest));
        if why.is_some() {
            return why;
        }
        denied = denied.or_else(|| negation_of_more(until, rest));
    }
    cross(upper)
}

/// Punctuation before the word that begins another thought.
fn begins_clause(word: &Word<'_>) -> bool {
    let goes_on = |letter: char| letter.is_whitespace() || "*`\"'’«»".contains(letter);
    word.is_dash() || !word.gap.chars().all(goes_on)
}

/// One word with what stands before it.
fn of_word(earlier: &[Word<'_>], word: &Word<'_>) -> Option<String> {
    if COUNTED.contains(&word.text) {
        return share(earlier, word);
    }
    let is_named = match word.bare() {
        "FAILS" => true,
        "FAILURES" | "ERROR" | "ERRORS" => {
            let counted = |last: &Word<'_>| last.is_number() || last.text == "WITH";
            word.is_direct() && earlier.last().is_some_and(counted)
        }
        bare => !POSITIVE.contains(&bare) && !is_negative(bare) && has_negative_part(bare),
    };
    (is_named && !is_excused(earlier, word)).then(|| word.text.to_owned())
}

/// `0 passed`, `0 tests passed`.
fn nothing_passed(earlier: &[Word<'_>], rest: &[Word<'_>]) -> Option<String> {
    let passed = match rest {
        [noun, passed, ..] if NOUNS.contains(&noun.text) && noun.is_direct() => passed,
        [passed, ..] => passed,
        [] => return None,
    };
    let is_zero = earlier.last().is_some_and(|last| last.text == "0") && is_nothing(earlier);
    (is_zero && passed.is_positive() && passed.is_direct()).then(|| format!("0 {}", passed.text))
}

/// `90% passed`, `90% of tests passed`.
fn share(earlier: &[Word<'_>], word: &Word<'_>) -> Option<String> {
    let (share, gap) = match earlier {
        [.., share, of] if of.text == "OF" && word.is_direct() => (share, of.gap),
        [.., share] => (share, word.gap),
        [] => return None,
    };
    let is_share = gap.trim_start().starts_with('%') && share.is_number() && share.text != "100";
    is_share.then(|| format!("{}%", share.text))
}

/// `PASS-FAIL`, `2failed`, `TESTS_FAILED`.
fn has_negative_part(word: &str) -> bool {
    word.split(|letter: char| !letter.is_alphabetic())
        .any(|part| is_negative(part) || part == "FAILURES")
}

/// `ready-to-deploy: no`, `PASS = false`; not `PASS: no regressions`.
fn answered(earlier: &[Word<'_>], rest: &[Word<'_>]) -> Option<String> {
    let (question, (answer, after)) = (earlier.last()?, rest.split_first()?);
    let is_no = matches!(answer.text, "NO" | "FALSE" | "0" | "НЕТ" | "Нет" | "нет");
    let is_answer = [":", "="].contains(&answer.gap.trim()) && after.first().is_none_or(begins_clause);
    (is_no && is_answer && question.is_positive()).then(|| format!("{}: {}", question.text, answer.text))
}

/// `9/10` anywhere: of what, the rule does not know.
fn short(until: &[Word<'_>], after: &[Word<'_>]) -> Option<String> {
    fraction(until)
        .filter(|_| !goes_on(after.first()))
        .and_then(|fraction| fraction.short())
}

/// `NOT` before more words of its clause, `NO` before what is counted: `not all tests passed`, `no tests passed`.
fn negation_of_more(until: &[Word<'_>], rest: &[Word<'_>]) -> Option<String> {
    let counts = rest
        .get(1)
        .is_some_and(|next| next.is_direct() && NOUNS.contains(&next.text));
    negation(until).filter(|not| not != "NO" || counts)
}

/// A cross; `❌ 0` and `0 ❌` count nothing.
fn cross(upper: &str) -> Option<String> {
    let beside = |letter: char| letter.is_whitespace() || ":=*`–—-×\u{fe0f}".contains(letter);
    upper.match_indices(CROSSES).find_map(|(at, sign)| {
        let before = upper.split_at(at).0.trim_end_matches(beside).chars().rev();
        let after = upper
            .split_at(at + sign.len())
            .1
            .trim_start_matches(beside)
            .chars();
        (!is_zero(before) && !is_zero(after)).then(|| sign.to_owned())
    })
}

/// The number at the beginning of these letters is 0.
fn is_zero(mut letters: impl Iterator<Item = char>) -> bool {
    letters.next() == Some('0') && !letters.next().is_some_and(char::is_alphanumeric)
}
