//! Exit codes of `orchd`, as documented in its help.

use std::process::ExitCode;

/// It went well; for the demo: the task is done and merged.
pub(crate) const OK: u8 = 0;
/// It failed; the error says why and what to do.
pub(crate) const FAILED: u8 = 1;
/// The demo's task is blocked: a human is needed.
#[allow(dead_code, reason = "documents the code that the demo's report gives")]
pub(crate) const BLOCKED: u8 = 3;

/// Prints an error with its causes.
#[allow(clippy::print_stderr, reason = "errors go to the terminal")]
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(FAILED)
}
