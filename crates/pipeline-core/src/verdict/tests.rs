//! The verdict of a test report: `result:`, `verdict:`, `status:` of equal rank (behaviour §4.3).

use crate::verdict::front_matter::{FrontMatter, FrontMatterError};
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

/// Reads the verdict of a test report.
#[must_use]
pub fn test_verdict(text: &str) -> TestVerdict {
    let matter = match FrontMatter::read(text) {
        Ok(matter) => matter,
        Err(error) => return TestVerdict::Unreadable(unreadable(&error)),
    };
    let values: Vec<&str> = ["result", "verdict", "status"]
        .iter()
        .filter_map(|key| matter.text(key))
        .collect();
    let mut positive = None;
    for value in &values {
        match tone(value) {
            Tone::Negative(word) => {
                return TestVerdict::Fail {
                    value: (*value).to_owned(),
                    word,
                };
            }
            Tone::Positive => positive = positive.or(Some(*value)),
            Tone::Unknown => {}
        }
    }
    match (positive, values.first()) {
        (Some(value), _) => TestVerdict::Pass(value.to_owned()),
        (None, None) => TestVerdict::Unreadable(
            "No machine-readable verdict/status/result in test report frontmatter".to_owned(),
        ),
        (None, Some(value)) => TestVerdict::Unreadable(format!(
            "Test verdict not recognised: {value} (write result: PASS or result: FAILED)"
        )),
    }
}

fn unreadable(error: &FrontMatterError) -> String {
    match error {
        FrontMatterError::Missing => {
            "No YAML frontmatter in test report (cannot read machine verdict)".to_owned()
        }
        FrontMatterError::Unclosed | FrontMatterError::NotAMapping => {
            "Malformed YAML frontmatter in test report".to_owned()
        }
        FrontMatterError::Fenced | FrontMatterError::TooLarge | FrontMatterError::Invalid { .. } => {
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
    }

    #[test]
    fn nothing_and_nonsense_are_unreadable() {
        check(
            "work_item: ET-1",
            "unreadable: No machine-readable verdict/status/result in test report frontmatter",
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
        ] {
            assert_eq!(test_verdict(text), TestVerdict::Unreadable(why.to_owned()));
        }
    }
}
