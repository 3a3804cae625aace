//! Exit codes of `orchd`, as documented in its help; the demo adds those of `demo::report`.

use std::process::ExitCode;

/// It went well.
pub(crate) const OK: u8 = 0;
/// It failed; the error says why and what to do.
pub(crate) const FAILED: u8 = 1;
/// A second signal ended it at once.
pub(crate) const AT_ONCE: u8 = 130;

/// Prints an error with its causes.
#[allow(clippy::print_stderr, reason = "errors go to the terminal")]
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(FAILED)
}
