//! Findings (behaviour §4.6): content for the next brief, never a verdict. Bounded: [`MAX_REPORT_BYTES`] of a report are read, once, and
//! [`MAX_FINDINGS`] of each kind are kept, each cut to [`MAX_TEXT`] characters.

mod fence;
mod item;
mod failing;

use crate::verdict::front_matter::body;
use crate::verdict::lines::{Line, lines};
use crate::verdict::lookalike::appearance;

/// Nothing after so many bytes of a report is looked at; evidence holds no more of a document either.
pub const MAX_REPORT_BYTES: usize = 256 * 1024;
/// The most findings of a test report, and of each severity of a review.
pub const MAX_FINDINGS: usize = 50;
/// The longest finding, in characters.
pub const MAX_TEXT: usize = 1_000;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Blocker.
    P0,
    /// Must be mended.
    P1,
    /// Should be mended.
    P2,
    /// A remark.
    P3,
}

impl Severity {
    /// `P0` to `P3`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }

    /// What a heading's title begins with, past its number, emphasis and symbols; a Cyrillic Р counts as well.
    fn of_title(title: &str) -> Option<Self> {
        let start: String = title
            .trim_start_matches(|letter: char| !letter.is_alphabetic())
            .chars()
            .take(3)
            .collect();
        let start = appearance(&start).to_ascii_uppercase();
        let (severity, rest) = [Self::P0, Self::P1, Self::P2, Self::P3]
            .into_iter()
            .find_map(|severity| Some((severity, start.strip_prefix(severity.as_str())?)))?;
        (!rest.starts_with(char::is_alphanumeric)).then_some(severity)
    }
}

/// An open item of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// The item's text, in one line.
    pub text: String,
}

/// The open items under headings that begin with P0, P1, P2, P3, and under the headings below those; front matter has none.
#[must_use]
pub fn review_findings(text: &str) -> Vec<Finding> {
    let text = head(text);
    let mut fences = fence::Fences::of(text);
    let mut lines = lines(text).peekable();
    let mut collector = item::Collector::default();
    while let Some(line) = lines.next() {
        if fences.covers(line) {
            continue;
        }
        let next = lines.peek().map(|next: &Line<'_>| next.text);
        collector.line(line.text, next);
    }
    collector.finish()
}

/// What failed, as far as a test report says it: table rows and lines of fenced summaries. Each is listed once.
#[must_use]
pub fn test_findings(text: &str) -> Vec<String> {
    let text = head(text);
    let mut fences = fence::Fences::of(text);
    let mut lines = lines(text).peekable();
    let mut findings: Vec<String> = Vec::new();
    while let Some(line) = lines.next() {
        let bare = line.text.trim();
        let found = if fences.covers(line) {
            failing::is_failing_line(bare)
        } else {
            let is_header = lines
                .peek()
                .is_some_and(|next| failing::is_table_rule(next.text.trim()));
            !is_header && failing::is_failing_row(bare)
        };
        if found {
            let finding = cut(bare.trim_matches('|').trim());
            match findings
                .iter_mut()
                .find(|known| failing::is_same(known, &finding))
            {
                Some(known) if known.len() < finding.len() => *known = finding,
                Some(_) => {}
                None => findings.push(finding),
            }
            if findings.len() == MAX_FINDINGS {
                break;
            }
        }
    }
    findings
}

/// The part of the body that is read.
fn head(text: &str) -> &str {
    let read = text.split_at(text.floor_char_boundary(MAX_REPORT_BYTES)).0;
    body(read)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod cases;
