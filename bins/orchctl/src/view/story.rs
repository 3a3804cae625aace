//! What happened to a task: bounces and the event log.

use pipeline_core::event::LogEntry;
use pipeline_core::stage::{Cause, StageName};
use pipeline_core::task::Bounce;
use serde::Serialize;

use crate::text;

/// A bounce in one line.
#[derive(Serialize)]
pub(crate) struct BounceLine {
    at: String,
    from: StageName,
    cause: Cause,
    reason: String,
    findings: Vec<String>,
}

impl BounceLine {
    /// The bounce as remembered.
    pub(crate) fn of(bounce: &Bounce) -> Self {
        Self {
            at: bounce.at.to_rfc3339(),
            from: bounce.from.clone(),
            cause: bounce.cause,
            reason: bounce.reason.clone(),
            findings: bounce.findings.clone(),
        }
    }

    /// Bounces under a header.
    pub(crate) fn table(bounces: &[Self]) -> String {
        text::table(
            ["WHEN", "FROM", "CAUSE", "FINDINGS", "REASON"],
            bounces.iter().map(Self::row),
        )
    }

    fn row(&self) -> [String; 5] {
        [
            self.at.clone(),
            self.from.to_string(),
            self.cause.to_string(),
            self.findings.len().to_string(),
            text::line(&self.reason),
        ]
    }
}

/// An entry of the event log in one line.
#[derive(Serialize)]
pub(crate) struct LogLine {
    revision: u64,
    at: String,
    event: &'static str,
    note: String,
}

impl LogLine {
    /// The entry as logged.
    pub(crate) fn of(entry: &LogEntry) -> Self {
        Self {
            revision: entry.revision,
            at: entry.at.to_rfc3339(),
            event: entry.event.name(),
            note: entry.note.clone(),
        }
    }

    /// Entries under a header.
    pub(crate) fn table(log: &[Self]) -> String {
        text::table(["WHEN", "EVENT", "NOTE"], log.iter().map(Self::row))
    }

    fn row(&self) -> [String; 3] {
        [self.at.clone(), self.event.to_owned(), text::line(&self.note)]
    }
}
