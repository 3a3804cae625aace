//! Front matter (behaviour §4.1): a line `---`, YAML, a line `---`, on text that an agent wrote.
//!
//! Work is bounded by construction: only the first [`WINDOW`] bytes of a text are ever looked at, and what is read from them has at most
//! [`MAX_NODES`] nodes, [`MAX_DEPTH`] levels and [`MAX_ALIASES`] aliases. Values are kept as they are written, never as a number or a date.

mod block;
mod fields;

use std::collections::BTreeMap;

use crate::verdict::lookalike::{appearance, first_disguised};

/// The largest block that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Blank lines before the first `---` may take so many bytes.
pub const MAX_LEAD: usize = 4 * 1024;
/// Nothing after so many bytes of a text is looked at.
pub const WINDOW: usize = MAX_LEAD + MAX_BYTES + 64;
/// The most scalars, lists and mappings.
pub const MAX_NODES: usize = 2_000;
/// The deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 16;
/// The most aliases, and the most anchors. An alias is looked up, never expanded.
pub const MAX_ALIASES: usize = 16;

/// The mapping at the head of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrontMatter {
    fields: BTreeMap<String, Field>,
    nodes: usize,
    bytes: usize,
}

/// A value as far as verdicts need it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Text(String),
    Empty,
    Nested,
}

/// Why there is nothing to read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct FrontMatterError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a front matter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text does not begin with `---`; what it begins with.
    #[error("the first line that is not empty must be '---'{0}")]
    Missing(String),
    /// It stands in a Markdown code fence.
    #[error(
        "the front matter stands in a code fence; it must be the first thing in the file, without a fence"
    )]
    Fenced,
    /// The closing line is missing; the line that may have been meant.
    #[error("the line '---' that ends the front matter is missing{0}")]
    Unclosed(String),
    /// Larger than [`MAX_BYTES`].
    #[error("the front matter is larger than 64 KiB, or the line '---' that ends it is missing")]
    TooLarge,
    /// Not a mapping of keys to values.
    #[error("the front matter must be a mapping of keys to values, such as 'verdict: APPROVED'")]
    NotAMapping,
    /// One of the limits on what a block may hold.
    #[error("the front matter has more than {most} {what}")]
    OverLimit {
        /// Of what there is too much.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// Bad YAML, or a form that front matter may not use.
    #[error("{0}")]
    Invalid(String),
}

impl FrontMatter {
    /// Reads the front matter at the head of `text`.
    pub fn read(text: &str) -> Result<Self, FrontMatterError> {
        fields::read(&block::find(text)?)
    }

    /// The trimmed text of a scalar; none when the key is missing, empty, or holds a list or mapping.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.fields.get(key)? {
            Field::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Field::Empty | Field::Nested => None,
        }
    }

    /// Whether the key holds a list or a mapping, where only a word can be a verdict.
    #[must_use]
    pub fn is_nested(&self, key: &str) -> bool {
        self.fields.get(key) == Some(&Field::Nested)
    }

    /// A key that is this one to the eye, and how it differs: keys are compared with case, letter by letter.
    #[must_use]
    pub fn misspelt(&self, key: &str) -> Option<String> {
        let is_meant = |found: &&String| *found != key && appearance(found).trim().eq_ignore_ascii_case(key);
        let found = self.fields.keys().find(is_meant)?;
        Some(match first_disguised(found) {
            Some(letter) => format!("'{key}' with {letter}"),
            None => format!("'{found}'; keys are written in lower case"),
        })
    }

    /// How many nodes were read.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// How many bytes of YAML were read.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The text behind the front matter; all of it when there is none.
pub(crate) fn body(text: &str) -> &str {
    block::find(text).map_or(text, |block| block.body)
}

#[cfg(test)]
mod cases;
