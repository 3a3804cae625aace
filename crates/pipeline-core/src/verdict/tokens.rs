//! The words of a test verdict (behaviour §4.3). What denies is read broadly, across punctuation; what excuses is read narrowly: `0 failed`
//! excuses, `1.0 failed` and `0, FAILED` do not.

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

/// Judges one value. Only Latin letters make a word of the lists; case does not matter.
#[must_use]
pub fn tone(value: &str) -> Tone {
    let upper = value.to_ascii_uppercase();
    let words = words(&upper);
    let mut is_positive = false;
    for at in 0..words.len() {
        let (earlier, rest) = words.split_at(at);
        let Some(word) = rest.first() else { break };
        if let Some(denial) = denial(earlier, word) {
            return Tone::Negative(denial);
        }
        is_positive |= POSITIVE.contains(&word.text);
    }
    if is_positive {
        Tone::Positive
    } else {
        Tone::Unknown
    }
}

/// A run of letters, digits, `-` and `_`, and what stands between the word before it and it.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    gap: &'a str,
}

impl Word<'_> {
    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

fn words(upper: &str) -> Vec<Word<'_>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let mut words = Vec::new();
    let mut rest = upper;
    while let Some(begin) = rest.find(is_part) {
        let (gap, from) = rest.split_at(begin);
        let end = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
        let (text, after) = from.split_at(end);
        words.push(Word { text, gap });
        rest = after;
    }
    words
}

/// The negative words that this word completes.
fn denial(earlier: &[Word<'_>], word: &Word<'_>) -> Option<String> {
    if NEGATIVE.contains(&word.text) && !is_excused(earlier, word) {
        return Some(word.text.to_owned());
    }
    if POSITIVE.contains(&word.text) {
        // A dash between the two is no word of its own.
        let before = earlier.iter().rfind(|word| !is_dash(word))?;
        if ["NOT", "NO"].contains(&before.text) {
            return Some(format!("{} {}", before.text, word.text));
        }
    }
    if COUNTED.contains(&word.text) {
        return short_fraction(earlier);
    }
    None
}

fn is_dash(word: &Word<'_>) -> bool {
    word.text.bytes().all(|byte| byte == b'-' || byte == b'_')
}

/// `0 failed`, `no failure`: directly before, with nothing but space or emphasis between, and the zero not the end of a longer number.
fn is_excused(earlier: &[Word<'_>], word: &Word<'_>) -> bool {
    let is_direct = word
        .gap
        .chars()
        .all(|letter| letter.is_whitespace() || letter == '*' || letter == '`');
    let Some((before, more)) = earlier.split_last() else {
        return false;
    };
    let is_part_of_number = before.gap.chars().all(|letter| ".,/'’ ".contains(letter))
        && more.last().is_some_and(Word::is_number);
    is_direct && (before.text == "NO" || before.text == "0" && !is_part_of_number)
}

/// `9/10`: a fraction with fewer than all at the end of these words; a part of `05/06/2026` is none.
fn short_fraction(earlier: &[Word<'_>]) -> Option<String> {
    let [longer @ .., some, all] = earlier else {
        return None;
    };
    let is_date = some.gap.trim() == "/" && longer.last().is_some_and(Word::is_number);
    let is_fraction = all.gap.trim() == "/" && some.is_number() && all.is_number() && !is_date;
    (is_fraction && magnitude(some) < magnitude(all)).then(|| format!("{}/{}", some.text, all.text))
}

/// Orders numbers of any length.
fn magnitude<'a>(number: &Word<'a>) -> (usize, &'a str) {
    let digits = number.text.trim_start_matches('0');
    (digits.len(), digits)
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
            "PASS (**0** failed)",
            "PASS — no regressions",
            "10/10 checks PASS",
            "(10/10) checks: PASS",
            "PASS, no failure",
            "green",
            "05/06/2026 PASS",
            "PASS ✅ (392 passed, 0 failed, 6 skipped)",
        ] {
            assert_eq!(tone(value), Tone::Positive, "{value}");
        }
    }

    #[test]
    fn negative_values_name_their_word() {
        for (value, word) in [
            ("BLOCKED", "BLOCKED"),
            ("PASS (2 failed)", "FAILED"),
            ("PASS (10 failed)", "FAILED"),
            ("PASS (1.0 failed)", "FAILED"),
            ("PASS (10/0 failed)", "FAILED"),
            ("PASS: errors 0, FAILED", "FAILED"),
            ("no — failed", "FAILED"),
            ("NOT PASSED", "NOT PASSED"),
            ("not **passed**", "NOT PASSED"),
            ("NOT -- PASSED", "NOT PASSED"),
            ("no pass", "NO PASS"),
            ("9/10 checks PASS", "9/10"),
            ("9 / 10 checks PASS", "9/10"),
            ("(9/10) PASS", "9/10"),
            ("PASS 3/4 tests", "3/4"),
            (
                "99999999999999999999998/99999999999999999999999 passed",
                "99999999999999999999998/99999999999999999999999",
            ),
            ("request_changes", "REQUEST_CHANGES"),
        ] {
            assert_eq!(tone(value), Tone::Negative(word.to_owned()), "{value}");
        }
    }

    #[test]
    fn other_values_say_nothing() {
        for value in [
            "registered",
            "bypassed",
            "mostly fine",
            "42",
            "",
            "10/10",
            "9/10",
            "РАSS",
            "paſſ",
            "PASS-FAIL",
        ] {
            assert_eq!(tone(value), Tone::Unknown, "{value}");
        }
    }
}
