//! The directories of runs, for the admin tool: what is in them, and whether it agrees with the database. Reads only.

pub mod verify;

use std::io;

use pipeline_core::id::RunId;
use pipeline_core::progress::{Activity, RunProgress};

use crate::places::Places;

pub use agent_process::inspect::{Listing, Marker, RunFiles};
pub use agent_process::log_reader::{LogReader, Output};
pub use agent_process::record::{End, ExitReason, Record, RecordKind, RecordReading, SCHEMA};

/// The runs that have a directory.
///
/// # Errors
/// The folder cannot be read.
pub fn list(places: &Places) -> io::Result<Listing> {
    agent_process::inspect::list(&places.runs())
}

/// What is in the directory of a run; `None` when it has none (any more).
///
/// # Errors
/// The directory cannot be read; it belongs to the daemon's account alone.
pub fn look(places: &Places, run: &RunId) -> io::Result<Option<RunFiles>> {
    agent_process::inspect::look(&places.runs(), run)
}

/// An output of a run; `None` when there is no such log (any more).
///
/// # Errors
/// The log cannot be opened.
pub fn log(places: &Places, run: &RunId, output: Output) -> io::Result<Option<LogReader>> {
    LogReader::open(&places.runs().join(run.to_string()), output)
}

/// How a run stood when its runner last looked; none also when that cannot be read.
#[must_use]
pub fn progress(places: &Places, run: &RunId) -> Option<RunProgress> {
    agent_process::inspect::progress(&places.runs(), run)
}

/// What the agent of a run is doing; none also when that cannot be read.
#[must_use]
pub fn activity(places: &Places, run: &RunId) -> Option<Activity> {
    agent_process::inspect::activity(&places.runs(), run)
}

/// Whether the runner of a run lives.
///
/// # Errors
/// Its lock cannot be tried.
pub fn lives(places: &Places, run: &RunId) -> io::Result<bool> {
    process::lock_held(&places.runs().join(run.to_string()))
}

/// Text of a run for a terminal, without what that would obey; lines stay lines.
#[must_use]
pub fn harmless(text: &str) -> String {
    plain_text::without_control(text)
}
