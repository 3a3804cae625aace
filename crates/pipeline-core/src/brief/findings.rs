//! Findings that wait to be mended, of every origin in one list: the review's first, and next to each what the tests say of the same file.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::size;
use crate::gate::FROM_REVIEW;
use crate::stage::Cause;
use crate::task::{Bounce, Task};
use crate::transition::Rules;
use crate::untrusted::quoted;

/// Who found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// 12-review.md.
    Review,
    /// 13-test-report.md, or our own run of the tests.
    Tests,
    /// CI, a merge, another gate.
    Other(Cause),
}

/// A finding in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed<'a> {
    origin: Origin,
    text: &'a str,
    beside: bool,
}

/// The findings of the newest bounce, and those of an earlier review or test that nobody looked at again since.
pub(super) fn open<'a>(task: &'a Task, rules: Rules<'_>) -> Vec<Listed<'a>> {
    let Some((newest, older)) = task.bounces.split_last() else {
        return Vec::new();
    };
    let mut found: Vec<(Origin, &str)> = of(newest);
    for cause in [Cause::Review, Cause::Tests] {
        let last = older
            .iter()
            .enumerate()
            .rev()
            .find(|(_, bounce)| bounce.cause == cause);
        if let Some((index, bounce)) = last
            && newest.cause != cause
            && is_open(bounce, task.bounces.get(index + 1..).unwrap_or_default(), rules)
        {
            found.extend(of(bounce));
        }
    }
    found.sort_by_key(|(origin, _)| *origin);
    found.dedup();
    side_by_side(&found)
}

/// Nothing since came from its stage or from one behind it: whoever found it did not look again.
fn is_open(bounce: &Bounce, later: &[Bounce], rules: Rules<'_>) -> bool {
    let place = |bounce: &Bounce| {
        let mut stages = rules.pipeline.stages.iter();
        stages.position(|stage| stage.name == bounce.from)
    };
    later.iter().all(|later| place(later) < place(bounce))
}

fn of(bounce: &Bounce) -> Vec<(Origin, &str)> {
    let origin = match bounce.cause {
        Cause::Review => Origin::Review,
        Cause::Tests => Origin::Tests,
        Cause::Ci | Cause::Conflict | Cause::Gate(_) => Origin::Other(bounce.cause),
    };
    bounce
        .findings
        .iter()
        .map(|text| match text.strip_prefix(FROM_REVIEW) {
            Some(text) => (Origin::Review, text),
            None => (origin, text.as_str()),
        })
        .collect()
}

fn side_by_side<'a>(found: &[(Origin, &'a str)]) -> Vec<Listed<'a>> {
    let mut listed = Vec::new();
    let mut taken = BTreeSet::new();
    for (index, (origin, text)) in found.iter().enumerate() {
        if !taken.insert(index) {
            continue;
        }
        listed.push(Listed {
            origin: *origin,
            text,
            beside: false,
        });
        if *origin != Origin::Review {
            continue;
        }
        let files = files_of(text);
        for (other, (origin, text)) in found.iter().enumerate() {
            if *origin == Origin::Tests && !files.is_disjoint(&files_of(text)) && taken.insert(other) {
                listed.push(Listed {
                    origin: *origin,
                    text,
                    beside: true,
                });
            }
        }
    }
    listed
}

/// Words that look like paths, without line numbers.
fn files_of(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| letter.is_whitespace() || "`()[]{},;\"'|<>".contains(letter))
        .map(|word| word.split(':').next().unwrap_or_default().trim_matches('.'))
        .filter(|word| {
            let extension = word.rsplit_once('.').map_or("", |(_, extension)| extension);
            let named = (2..=5).contains(&extension.len())
                && extension.chars().all(|letter| letter.is_ascii_lowercase());
            named || word.trim_matches('/').contains('/')
        })
        .collect()
}

// Writing to a String cannot fail.
pub(super) fn write(text: &mut String, listed: &[Listed<'_>]) -> std::fmt::Result {
    for (number, finding) in listed.iter().take(size::FINDINGS_MAX).enumerate() {
        let origin = match finding.origin {
            Origin::Review => "review",
            Origin::Tests if finding.beside => "tests, of the same file: see whether both can be right",
            Origin::Tests => "tests",
            Origin::Other(cause) => cause.as_str(),
        };
        if number == 0 {
            writeln!(text)?;
        }
        let quote = indented(&quoted(&size::finding(finding.text)));
        writeln!(text, "{}. {origin}:\n{quote}", number + 1)?;
    }
    match listed.len().saturating_sub(size::FINDINGS_MAX) {
        0 => Ok(()),
        left_out => writeln!(text, "\n({left_out} more are left out; the reports have them.)"),
    }
}

/// Below an item of a list.
pub(super) fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("   {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
