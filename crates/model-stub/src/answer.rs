//! What a model can answer, in our words.

use std::time::Duration;

use serde_json::Value;

/// The model's next move.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It says something and is done.
    Say(String),
    /// It uses a tool.
    Use(Act),
    /// The service refuses.
    Refuse(Refusal),
    /// It begins to answer and is silent for so long.
    Hang(Duration),
    /// It begins to answer and the connection breaks.
    Drop,
}

/// What a tool is used for; each agent program has its own tools for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Reads a file. Some programs want that before they let a file be replaced.
    Read {
        /// Absolute path.
        path: String,
    },
    /// Writes a whole file.
    Write {
        /// Absolute path.
        path: String,
        /// Its new text.
        text: String,
    },
    /// Runs a command line.
    Shell {
        /// For `sh`.
        command: String,
    },
}

/// An answer of the service that is no answer of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// HTTP headers.
    pub headers: Vec<(String, String)>,
    /// What stands in the body.
    pub body: Value,
}

/// Tokens of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: usize,
    pub(crate) output: usize,
}

impl Tokens {
    /// About four bytes each; nobody pays for them.
    pub(crate) fn of(request_bytes: usize, answer: &Answer) -> Self {
        let said = match answer {
            Answer::Say(text) => text.len(),
            Answer::Use(Act::Write { text, .. }) => text.len(),
            Answer::Use(Act::Read { .. } | Act::Shell { .. })
            | Answer::Refuse(_)
            | Answer::Hang(_)
            | Answer::Drop => 80,
        };
        Self {
            input: request_bytes / 4,
            output: said / 4 + 1,
        }
    }
}
