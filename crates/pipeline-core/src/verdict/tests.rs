//! The verdict of a test report: `result:`, `verdict:`, `status:` of equal rank (behaviour §4.3).

use crate::verdict::front_matter::{FrontMatter, FrontMatterError, Problem};
use crate::verdict::lookalike::{appearance, first_disguised};
use crate::verdict::review::shown;
use crate::verdict::tokens::{Tone, tone};

/// What a test report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestVerdict {
    /// Positive; the value that says so.
    Pass(String),
    /// Negative; the value and the word that decides.
    Fail {
        /// As written.
        value: String,
        /// The deciding word.
        word: String,
    },
    /// Nothing that can be read; why.
    Unreadable(String),
}

/// The keys that may hold the verdict, of equal rank.
const KEYS: [&str; 3] = ["result", "verdict", "status"];

/// Reads the verdict of a test report.
#[must_use]
pub fn test_verdict(text: &str) -> TestVerdict {
    match FrontMatter::read(text) {
        Ok(matter) => read(&matter),
        Err(error) => TestVerdict::Unreadable(unreadable(&error)),
    }
}

/// The verdict of a test report whose front matter is read already.
pub(crate) fn read(matter: &FrontMatter) -> TestVerdict {
    let values: Vec<&str> = KEYS.iter().filter_map(|key| matter.text(key)).collect();
    let mut positive = None;
    let mut taken_back = None;
    for value in &values {
        match tone(value) {
            Tone::Negative(word) => {
                return TestVerdict::Fail {
                    value: shown(value, &[]),
                    word,
                };
            }
            Tone::Doubtful(what) => taken_back = taken_back.or(Some((*value, what))),
            Tone::Positive => positive = positive.or(Some(*value)),
            Tone::Unknown => {}
        }
    }
    let taken_back =
        taken_back.map(|(value, what)| unknown(&format!("{}, because of '{what}'", shown(value, &[]))));
    if let Some(why) = nested(matter).or(taken_back).or_else(|| disguised(&values)) {
        return TestVerdict::Unreadable(why);
    }
    match (positive, values.first()) {
        (Some(value), _) => TestVerdict::Pass(shown(value, &[])),
        (None, None) => TestVerdict::Unreadable(missing(matter)),
        (None, Some(value)) => TestVerdict::Unreadable(unknown(&shown(value, &[]))),
    }
}

fn missing(matter: &FrontMatter) -> String {
    let missing = "No machine-readable verdict/status/result in test report frontmatter";
    match KEYS.iter().find_map(|key| matter.misspelt(key)) {
        Some(found) => format!("{missing} (found {found})"),
        None => missing.to_owned(),
    }
}

/// A list or a mapping where a word belongs.
fn nested(matter: &FrontMatter) -> Option<String> {
    let key = KEYS.iter().find(|key| matter.is_nested(key))?;
    Some(unknown(&format!("'{key}' holds a list or mapping")))
}

/// A letter that makes a value look like another verdict.
fn disguised(values: &[&str]) -> Option<String> {
    values.iter().find_map(|value| {
        let letter = first_disguised(value)?;
        let looks_otherwise = tone(&appearance(value)) != tone(value);
        looks_otherwise.then(|| unknown(&format!("{} with {letter}", shown(value, &[]))))
    })
}

fn unknown(what: &str) -> String {
    format!("Test verdict not recognised: {what} (write result: PASS or result: FAILED)")
}

fn unreadable(error: &FrontMatterError) -> String {
    match error.problem {
        Problem::Missing(_) => "No YAML frontmatter in test report (cannot read machine verdict)".to_owned(),
        Problem::Unclosed(_) => "Malformed YAML frontmatter in test report".to_owned(),
        Problem::Fenced
        | Problem::TooLarge
        | Problem::NotAMapping
        | Problem::OverLimit { .. }
        | Problem::Invalid(_) => {
            format!("Invalid YAML frontmatter in test report: {error}")
        }
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    fn check(fields: &str, expected: &str) {
        let text = format!("---\n{fields}\n---\n");
        let line = match test_verdict(&text) {
            TestVerdict::Pass(value) => format!("pass: {value}"),
            TestVerdict::Fail { value, word } => format!("fail: {value} ({word})"),
            TestVerdict::Unreadable(why) => format!("unreadable: {why}"),
        };
        assert_eq!(line, expected, "{fields:?}");
    }

    #[test]
    fn any_field_is_enough_and_a_negative_one_wins() {
        check("result: PASS", "pass: PASS");
        check("stage: ready-to-deploy\nstatus: pass", "pass: pass");
        check(
            "status: pass\nverdict: stage:ready-to-deploy",
            "pass: stage:ready-to-deploy",
        );
        check("result: PASS\nverdict: BLOCKED", "fail: BLOCKED (BLOCKED)");
        check("result: PASS\nstatus: failed", "fail: failed (FAILED)");
        check("result: mostly fine\nstatus: pass", "pass: pass");
        check("result: PASS\nverdict: 9/10 cases", "fail: 9/10 cases (9/10)");
        check("result: PASS (2 errors)\nstatus: failed", "fail: failed (FAILED)");
    }

    #[test]
    fn what_cannot_be_believed_is_no_pass() {
        check(
            "result: PASS\nverdict: FАILED",
            "unreadable: Test verdict not recognised: FАILED with U+0410, which is not the Latin A (write result: PASS or result: FAILED)",
        );
        check(
            "result: PASS\nstatus: \"FAI\\bLED\"",
            "unreadable: Test verdict not recognised: FAI\u{8}LED with U+0008, which cannot be seen (write result: PASS or result: FAILED)",
        );
        check(
            "result: PASS\nstatus: [failed]",
            "unreadable: Test verdict not recognised: 'status' holds a list or mapping (write result: PASS or result: FAILED)",
        );
        check(
            "result: PASS\nstatus: не все тесты PASSED",
            "unreadable: Test verdict not recognised: не все тесты PASSED, because of 'не … PASSED' (write result: PASS or result: FAILED)",
        );
        check(
            "result: PASS\nstatus: 24/25 TC",
            "unreadable: Test verdict not recognised: 24/25 TC, because of '24/25' (write result: PASS or result: FAILED)",
        );
        check(
            "result: PASS ✅\u{fe0f} — всё хорошо",
            "pass: PASS ✅\u{fe0f} — всё хорошо",
        );
    }

    #[test]
    fn nothing_and_nonsense_are_unreadable() {
        check(
            "work_item: ET-1",
            "unreadable: No machine-readable verdict/status/result in test report frontmatter",
        );
        check(
            "Result: PASS",
            "unreadable: No machine-readable verdict/status/result in test report frontmatter (found 'Result'; keys are written in lower case)",
        );
        check(
            "rеsult: PASS",
            "unreadable: No machine-readable verdict/status/result in test report frontmatter (found 'result' with U+0435, which is not the Latin E)",
        );
        check(
            "result: mostly fine",
            "unreadable: Test verdict not recognised: mostly fine (write result: PASS or result: FAILED)",
        );
    }

    #[test]
    fn broken_front_matter_has_exact_reasons() {
        for (text, why) in [
            (
                "# no",
                "No YAML frontmatter in test report (cannot read machine verdict)",
            ),
            ("---\nresult: PASS\n", "Malformed YAML frontmatter in test report"),
            (
                "---\n- PASS\n---\n",
                "Invalid YAML frontmatter in test report: line 2, column 1: the front matter must be a mapping of keys to values, such as 'verdict: APPROVED'",
            ),
            (
                "---\nresult: PASS\nresult: FAILED\n---\n",
                "Invalid YAML frontmatter in test report: line 3, column 1: duplicate key 'result'",
            ),
        ] {
            assert_eq!(test_verdict(text), TestVerdict::Unreadable(why.to_owned()));
        }
    }
}
