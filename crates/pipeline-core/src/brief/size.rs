//! How much of everything goes into a brief. What is left out is said, so that nobody takes a part for the whole.

use crate::message::text;
use crate::untrusted::visible;

/// The longest brief, in bytes.
pub const BRIEF_MAX: usize = 200_000;

/// Findings of one list.
pub(super) const FINDINGS_MAX: usize = 100;

/// Bounces in the history.
pub(super) const BOUNCES_MAX: usize = 20;

const FINDING_MAX: usize = 8_000;
const SECTION_MAX: usize = 60_000;
const LINE_MAX: usize = 300;
const ENDS_HERE: &str = "\n\n[the brief ends here: it would be longer than 200,000 bytes]\n";

/// One line: the first of the text.
pub(super) fn line(text: &str) -> String {
    let text = visible(text);
    text::cut(text.trim().lines().next().unwrap_or_default(), LINE_MAX)
}

/// A finding with its log.
pub(super) fn finding(text: &str) -> String {
    shortened(text, FINDING_MAX)
}

/// Words of people and roles.
pub(super) fn section(text: &str) -> String {
    shortened(text, SECTION_MAX)
}

pub(super) fn cut(text: String) -> String {
    if text.len() <= BRIEF_MAX {
        return text;
    }
    let head = head(&text, BRIEF_MAX - ENDS_HERE.len());
    [head, ENDS_HERE].concat()
}

/// Beginning and end stay: what a log says first and last matters most.
fn shortened(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let head = head(text, max / 2);
    let from = (text.len() - max / 2..text.len())
        .find(|from| text.is_char_boundary(*from))
        .unwrap_or(text.len());
    let tail = text.get(from..).unwrap_or_default();
    let left_out = text.len() - head.len() - tail.len();
    format!("{head}\n[{left_out} bytes are left out here]\n{tail}")
}

fn head(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}
