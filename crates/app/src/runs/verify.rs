//! Whether record, database, log, marker and lock of a run tell the same. Pure: it judges what was read before.

mod database;
mod files;

use std::fmt;

use pipeline_core::id::RunId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::JobRow;
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;
use serde::Serialize;

use super::{Marker, RecordReading, RunFiles};

/// All that is known of a run.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Which.
    pub run: RunId,
    /// Its row in the runs table; commands have none.
    pub row: Option<RunRow>,
    /// Its job.
    pub job: Option<JobRow>,
    /// Its directory.
    pub files: Option<RunFiles>,
    /// By its age and its place among the newest it should still have a directory.
    pub is_kept: bool,
}

/// Two sources that tell different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// About what, in one word.
    pub about: About,
    /// What each of them says, in a line.
    pub text: String,
}

/// What sources can disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A directory without a row, or a row without a directory.
    Existence,
    /// `run.json` is missing, or no record.
    Record,
    /// The completion marker is missing, or no marker.
    Marker,
    /// The id in the record is not that of the directory.
    Id,
    /// The claim.
    Fence,
    /// Role or stage.
    Work,
    /// Whether it is over.
    Ended,
    /// Whether its runner lives.
    Life,
    /// How it ended.
    Outcome,
    /// Exit code or signal.
    ExitCode,
    /// When it began or ended.
    Times,
    /// Bytes of output.
    Output,
    /// Tokens or cost.
    Usage,
    /// Model.
    Model,
    /// Session.
    Session,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Existence => "existence",
            Self::Record => "record",
            Self::Marker => "marker",
            Self::Id => "id",
            Self::Fence => "fence",
            Self::Work => "work",
            Self::Ended => "ended",
            Self::Life => "life",
            Self::Outcome => "outcome",
            Self::ExitCode => "exit_code",
            Self::Times => "times",
            Self::Output => "output",
            Self::Usage => "usage",
            Self::Model => "model",
            Self::Session => "session",
        })
    }
}

/// What was said about a run while its sources were compared.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Disagreement>);

impl Findings {
    fn add(&mut self, about: About, text: impl Into<String>) {
        self.0.push(Disagreement {
            about,
            text: text.into(),
        });
    }

    /// Adds a line when two sources do not say the same.
    fn compare<T: PartialEq + Serialize>(
        &mut self,
        (about, what): (About, &str),
        (left, says): (&str, &T),
        (right, other): (&str, &T),
    ) {
        if says != other {
            let text = format!("{what}: {left} says {}, {right} {}", value(says), value(other));
            self.add(about, text);
        }
    }
}

/// As it stands in the files: `3`, `"developer"`, `null`.
fn value(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_else(|error| error.to_string())
}

/// Everything about which the sources disagree; empty: they tell the same.
#[must_use]
pub fn disagreements(facts: &Facts) -> Vec<Disagreement> {
    let mut findings = Findings::default();
    database::existence(facts, &mut findings);
    if let Some(files) = &facts.files {
        files::compare(facts, files, &mut findings);
        database::compare(facts, files, &mut findings);
    }
    findings.0
}

/// What is worth a word and no disagreement.
#[must_use]
pub fn notes(facts: &Facts) -> Vec<String> {
    let record = facts.files.as_ref().map(|files| &files.record);
    match record {
        Some(RecordReading::Newer { schema, .. }) => vec![format!(
            "the record is of version {schema}, which this program does not know: it was not compared"
        )],
        Some(RecordReading::Read(_) | RecordReading::Missing | RecordReading::Broken(_)) | None => Vec::new(),
    }
}

/// Directories of runs are kept so long …
const KEPT_DAYS: i64 = 30;

/// … and so many of them, the newest, whichever ends first (behaviour §8.7).
const KEPT_RUNS: usize = 500;

/// Whether a run that ended then should still have its directory; `newer`: so many runs are newer.
#[must_use]
pub fn is_kept(ended_at: Timestamp, now: Timestamp, newer: usize) -> bool {
    now.0.saturating_sub(ended_at.0) < KEPT_DAYS * 86_400_000 && newer < KEPT_RUNS
}

/// The run moves: what was read at different moments may differ without a disagreement, and a second look is due.
#[must_use]
pub fn is_moving(facts: &Facts) -> bool {
    let lives = facts.files.as_ref().is_some_and(|files| files.lives);
    let is_open = facts.row.as_ref().is_some_and(|row| row.finished_at.is_none());
    let is_leased = facts
        .job
        .as_ref()
        .is_some_and(|job| job.status == JobStatus::Running && job.fence == facts.run.fence);
    lives || is_open || is_leased
}

fn exit(files: &RunFiles) -> Option<&process::ExitRecord> {
    match &files.marker {
        Marker::Read(exit) => Some(exit),
        Marker::Missing | Marker::Broken(_) => None,
    }
}

#[cfg(test)]
mod tests;
