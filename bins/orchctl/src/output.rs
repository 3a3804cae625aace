//! The one place that writes to the terminal.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use serde::Serialize;

use crate::failure::Failure;

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Short lines for people.
    Text,
    /// One JSON value for programs.
    Json,
}

/// Something that can be shown in both ways.
pub(crate) trait Show: Serialize {
    /// For people; without the last line end.
    fn text(&self) -> String;
}

/// Writes a result to standard output.
pub(crate) fn show(result: &impl Show, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Text => result.text(),
        Format::Json => {
            serde_json::to_string_pretty(result).map_err(|error| Failure::Output(error.into()))?
        }
    };
    print(&text)
}

/// Writes text to standard output, and a line end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Whoever read it has seen enough, such as `head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::Output),
    }
}

/// Whether somebody still reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// As far as we know.
    Reads,
    /// It was closed, as `head` does when it has seen enough.
    Gone,
}

/// Writes a piece of a longer text to standard output.
pub(crate) fn write(piece: &str) -> Result<Reader, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(piece.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::Reads),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Whether a person reads standard output.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a sentence to standard error. When that is closed there is nobody left to tell.
pub(crate) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}
