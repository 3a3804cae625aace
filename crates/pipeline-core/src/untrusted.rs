//! Text of people we do not know: an issue's title and description, comments, names of files. What a reader of the page would not see is
//! taken out before an agent reads it, and named, so that a human sees it; the rest is marked as data. Knows no sentence to people.
//!
//! Visible text stays as it is. Of the characters without a shape of their own these are kept: line feeds and tabs; one joiner between two
//! emoji, or between two characters of a script that writes with joiners (Arabic, Persian, Indic); a presentation selector behind an emoji
//! or in a keycap. Text in attributes and links stays: it is data like the rest.

mod characters;
mod found;
mod markup;

use crate::observation::ItemObservation;
use found::Found;
pub use found::{HiddenKind, Removed};

/// The longest text that is looked at, in bytes; what is beyond is left out with a mark.
pub const TEXT_MAX: usize = 256 * 1024;

const PASSES: usize = 4;
const CUT: &str = "\n[the rest was left out: the text is longer than 256 KiB]";

/// Text without its hidden parts, and what they were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// What a reader sees. Lines end in line feeds.
    pub text: String,
    /// What was taken out, by kind.
    pub removed: Vec<Removed>,
}

/// Takes out everything that a page would not show: comments and hidden elements of HTML and Markdown, and characters without a shape.
/// Cleaning a second time changes nothing. The work is bounded by [`TEXT_MAX`].
#[must_use]
pub fn clean(text: &str) -> Cleaned {
    let mut found = Found::default();
    Cleaned {
        text: cleaned(text, &mut found),
        removed: found.into_removed(),
    }
}

/// The same for several texts of one origin; what was taken out is told once for all of them.
#[must_use]
pub fn clean_each(texts: &[&str]) -> (Vec<String>, Vec<Removed>) {
    let mut found = Found::default();
    let texts = texts.iter().map(|text| cleaned(text, &mut found)).collect();
    (texts, found.into_removed())
}

/// The same for a text of one line, such as a title: white space becomes single spaces.
#[must_use]
pub fn clean_line(text: &str) -> Cleaned {
    let cleaned = clean(text);
    Cleaned {
        text: cleaned.text.split_whitespace().collect::<Vec<_>>().join(" "),
        ..cleaned
    }
}

/// Text of machines and agents (logs, findings, paths) without characters that have no shape, and without terminal codes. Markup stays:
/// here it is what it is about.
#[must_use]
pub fn visible(text: &str) -> String {
    characters::strip(text, &mut Found::default())
}

/// A block quote. Every line is marked, so no text can end it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let lines: Vec<String> = visible(text)
        .trim_matches('\n')
        .split('\n')
        .map(|line| format!("> {}", line.trim_end()).trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// An issue as the rules should see it: its title is clean, because the branch, the pull request and messages are named by it. What was
/// hidden in the title is kept as an HTML comment behind the description, where it is found, taken out and shown like any other.
#[must_use]
pub fn admitted(mut item: ItemObservation) -> ItemObservation {
    let title = clean_line(&item.title);
    if !title.removed.is_empty() {
        let hidden: Vec<String> = title
            .removed
            .iter()
            // No hyphen, so that nothing in it can end the comment.
            .map(|removed| removed.excerpt.replace('-', "\u{2010}"))
            .collect();
        // Before it, so that nothing in the description can swallow or show it.
        item.description = format!("<!-- title: {} -->{}", hidden.join(" "), item.description);
    }
    item.title = title.text;
    item
}

fn head(text: &str) -> (&str, bool) {
    let end = (0..=TEXT_MAX.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    let end = end.unwrap_or_default();
    (text.get(..end).unwrap_or_default(), end < text.len())
}

fn cleaned(text: &str, found: &mut Found) -> String {
    let (head, is_cut) = head(text);
    let mut text = without_hidden(head, found);
    if is_cut {
        text.push_str(CUT);
    }
    text
}

fn without_hidden(text: &str, found: &mut Found) -> String {
    let mut text = characters::strip(text, found);
    for _ in 0..PASSES {
        let Some(shorter) = markup::strip(&text, found) else {
            return text;
        };
        // What stood apart may have become one.
        text = characters::strip(&shorter, found);
    }
    // Nested only to get through: no markup can begin any more.
    markup::disarm(&text)
}

#[cfg(test)]
mod tests;
