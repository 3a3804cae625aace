//! Logs: to standard error for the daemon, to a file for the demo, whose terminal shows progress.

use std::fs::{File, OpenOptions};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// How much is logged.
const DEFAULT: &str = "info";

/// To standard error; `ORCH_LOG` says how much (`debug`, `pipeline_engine=debug,info`).
pub(crate) fn to_terminal(filter: Option<&str>) {
    let filter = EnvFilter::new(filter.unwrap_or(DEFAULT));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // Told to standard error, which panics when it is that which nobody reads any more.
        .log_internal_errors(false)
        .init();
}

/// To a file, which is appended to.
pub(crate) fn to_file(path: &Path, filter: Option<&str>) -> std::io::Result<()> {
    let file: File = OpenOptions::new().create(true).append(true).open(path)?;
    let filter = EnvFilter::new(filter.unwrap_or(DEFAULT));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .log_internal_errors(false)
        .init();
    Ok(())
}
