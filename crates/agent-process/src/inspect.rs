//! What stands in the directories of runs, all of it at once: for people and for checks. Reads only, and believes
//! nothing: a file that cannot be understood is told as such.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use pipeline_core::id::RunId;
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::usage::Usage;
use process::{ExitRecord, Progress};

use crate::prices::Prices;
use crate::provider::ProviderKind;
use crate::record::{Record, RecordReading};
use crate::run_log::{activity_of, progress_of};
use crate::transcript::Transcript;
use crate::work::{Work, WorkKind};

/// What is in a folder of runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Runs, in the order of their ids.
    pub runs: Vec<RunId>,
    /// Names that no run has.
    pub strangers: Vec<String>,
}

/// What is in the directory of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFiles {
    /// The directory.
    pub place: PathBuf,
    /// `run.json`.
    pub record: RecordReading,
    /// `exit.json`.
    pub marker: Marker,
    /// `progress.json`; none also when it cannot be understood.
    pub progress: Option<Progress>,
    /// Its runner holds the lock.
    pub lives: bool,
    /// Bytes in `stdout.log`; none: it is not there.
    pub stdout_bytes: Option<u64>,
    /// Bytes in `stderr.log`; none: it is not there.
    pub stderr_bytes: Option<u64>,
    /// The result record at the end of `stdout.log`.
    pub printed: Option<Printed>,
    /// Bytes of all files together.
    pub size: u64,
}

/// The completion marker of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// It is there.
    Read(ExitRecord),
    /// It is not.
    Missing,
    /// Something else is; a sentence that quotes nothing of it.
    Broken(String),
}

/// What an agent printed about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// Tokens and cost.
    pub usage: Usage,
    /// The model.
    pub model: Option<String>,
    /// The session.
    pub session_id: Option<String>,
}

/// The runs in a folder; none when there is no such folder.
pub fn list(runs_dir: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let entries = match fs::read_dir(runs_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(listing),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        match name.parse::<RunId>() {
            // `07-1-1` is the directory of no run.
            Ok(run) if run.to_string() == name => listing.runs.push(run),
            Ok(_) | Err(_) => listing.strangers.push(name),
        }
    }
    listing.runs.sort();
    listing.strangers.sort();
    Ok(listing)
}

/// The directory of a run; `None` when there is none (any more).
pub fn look(runs_dir: &Path, run: &RunId) -> io::Result<Option<RunFiles>> {
    let place = runs_dir.join(run.to_string());
    if !place.is_dir() {
        return Ok(None);
    }
    // Before the marker: of a run that ends between the two looks it must not seem that it is gone without one.
    let lives = process::lock_held(&place)?;
    let stdout = process::stdout_log(&place);
    Ok(Some(RunFiles {
        record: Record::read(&place)?,
        marker: marker(&place)?,
        progress: process::read_progress(&place).ok().flatten(),
        lives,
        stdout_bytes: length(&stdout)?,
        stderr_bytes: length(&process::stderr_log(&place))?,
        printed: printed(&place)?,
        size: size(&place)?,
        place,
    }))
}

/// How a run stood when its runner last looked; none also when that cannot be read.
#[must_use]
pub fn progress(runs_dir: &Path, run: &RunId) -> Option<RunProgress> {
    let seen = process::read_progress(&runs_dir.join(run.to_string()));
    seen.ok().flatten().as_ref().map(progress_of)
}

/// What the agent of a run is doing; none also when that cannot be read.
#[must_use]
pub fn activity(runs_dir: &Path, run: &RunId) -> Option<Activity> {
    activity_of(&runs_dir.join(run.to_string())).ok().flatten()
}

/// As its provider would print it; a run of nobody knows what as a program of the operator's own.
fn printed(run_dir: &Path) -> io::Result<Option<Printed>> {
    let work = Work::load(run_dir)?;
    let kind = match work.as_ref().map(|work| work.kind) {
        Some(WorkKind::Agent { provider }) => provider,
        Some(WorkKind::Command) | None => ProviderKind::Command,
    };
    let mut transcript = Transcript::read(kind, run_dir)?;
    if let Some(work) = work.filter(|_| kind != ProviderKind::Command) {
        transcript.settle(work.resumed.as_ref(), work.model.as_deref(), &Prices::built_in());
    }
    Ok(transcript.record.is_some().then_some(Printed {
        usage: transcript.so_far,
        model: transcript.model,
        session_id: transcript.session,
    }))
}

fn marker(run_dir: &Path) -> io::Result<Marker> {
    match process::read_exit(run_dir) {
        Ok(Some(exit)) => Ok(Marker::Read(exit)),
        Ok(None) => Ok(Marker::Missing),
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Marker::Broken(error.to_string())),
        Err(error) => Err(error),
    }
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file that goes away meanwhile counts nothing.
fn size(run_dir: &Path) -> io::Result<u64> {
    let entries = fs::read_dir(run_dir)?;
    let lengths = entries.map(|entry| Ok(entry?.metadata().map_or(0, |meta| meta.len())));
    lengths.sum()
}
