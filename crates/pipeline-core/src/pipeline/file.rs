//! A pipeline written in a file: YAML with names that people use. Reading it finds everything that is wrong, at once, each with line,
//! column, field and the fix. It opens no file: the caller brings the text.
//!
//! The form is shown by `fixtures/pipelines/built-in.yaml`, which is the built-in pipeline written out; `docs/PIPELINES.md` tells every key.

mod trouble;
mod tree;
mod reader;
mod form;
mod check;
mod nearest;

use std::fmt;

use crate::pipeline::Pipeline;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The highest limit of a loop.
pub const MAX_LIMIT: u32 = 100;

/// One thing that is wrong with a pipeline file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its line, from 1.
    pub line: u64,
    /// Its column in characters, from 1.
    pub column: u64,
    /// Where in the structure, such as `stages[3].gates[0]`; empty when the whole file is meant.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Problem {
    /// `12:5: stages[3].gates[0]: there is no gate 'x'; write check_ci_green`: a file name and a colon fit before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            field,
            message,
            fix,
        } = self;
        let gap = if field.is_empty() { "" } else { ": " };
        write!(f, "{line}:{column}: {field}{gap}{message}; {fix}")
    }
}

/// Why a file is no pipeline: everything that is wrong with it, in the order of its lines; at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pipeline cannot be used:{}", lines(problems))]
pub struct LoadError {
    /// What is wrong.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  - {problem}"))
        .collect()
}

/// Reads a pipeline from the text of a file. What comes back keeps every rule of a pipeline: the names exist, each failure has a route
/// back, each loop has a limit, the merge comes after its proofs.
///
/// # Errors
/// Everything that is wrong. A text that is no YAML has one problem; names and rules are looked at only in what could be read.
pub fn parse(text: &str) -> Result<Pipeline, LoadError> {
    parse_bytes(text.as_bytes())
}

/// Reads a pipeline from a file as it is. Of a file that may be large, [`MAX_BYTES`] and one more are enough to bring.
///
/// # Errors
/// As [`parse`]; bytes that are not UTF-8 are refused with their place.
pub fn parse_bytes(bytes: &[u8]) -> Result<Pipeline, LoadError> {
    let tree = trouble::text_of(bytes)
        .and_then(tree::read)
        .map_err(|problem| LoadError {
            problems: vec![problem],
        })?;
    let mut reader = reader::Reader::default();
    let draft = form::pipeline(&mut reader, &tree);
    if let Some(draft) = &draft {
        check::check(&mut reader, draft);
    }
    let mut problems = reader.into_problems();
    problems.sort();
    problems.dedup();
    match draft {
        Some(draft) if problems.is_empty() => Ok(draft.pipeline),
        Some(_) | None => Err(LoadError { problems }),
    }
}
