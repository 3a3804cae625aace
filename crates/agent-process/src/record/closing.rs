//! The end of a record, added when the result is taken: once, whoever looks first.

use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use pipeline_core::port::runner::{RunEnd, RunStatus};
use pipeline_core::time::Timestamp;
use process::{ExitRecord, ResourceUse};

use super::machine::MachineState;
use super::reason::{self, Report};
use super::{End, ExitReason, Record, RecordReading};
use crate::transcript::Transcript;

/// Said of a run that is taken without its marker.
const SALVAGED: &str = "harvested without marker: complete result record and the runner dead";

/// What is known of the end besides the status that it came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// The marker.
    pub(crate) exit: Option<&'a ExitRecord>,
    /// There is a marker, and it cannot be understood.
    pub(crate) marker_is_broken: bool,
    /// `work.json` could be understood.
    pub(crate) work_is_known: bool,
    /// What it printed; empty for a command.
    pub(crate) transcript: &'a Transcript,
}

/// Adds the end to a record that has none. A record that cannot be written is no reason to lose a result: it is told,
/// and the next look tries again.
pub(crate) fn close(run_dir: &Path, status: &RunStatus, ending: Ending<'_>) {
    if let Err(error) = try_close(run_dir, status, ending) {
        tracing::warn!(run.dir = %run_dir.display(), %error, "the end could not be written to the run's record");
    }
}

fn try_close(run_dir: &Path, status: &RunStatus, ending: Ending<'_>) -> io::Result<()> {
    let RecordReading::Read(mut record) = Record::read(run_dir)? else {
        return Ok(());
    };
    if record.end.is_some() {
        return Ok(());
    }
    if record.versions.provider.is_none() {
        record.versions.provider.clone_from(&ending.transcript.version);
    }
    record.end = match status {
        RunStatus::Running => return Ok(()),
        RunStatus::Ended(end) => Some(ended(run_dir, end, ending)?),
        RunStatus::Lost => Some(without_result(run_dir, ExitReason::Lost, ending)?),
        RunStatus::NeverBegan => Some(without_result(run_dir, ExitReason::NeverBegan, ending)?),
    };
    record.write(run_dir)
}

fn ended(run_dir: &Path, end: &RunEnd, ending: Ending<'_>) -> io::Result<End> {
    let report = Report::of(ending.transcript.record.as_ref());
    let exit_reason = reason::of_end(ending.exit, end.failure.as_ref(), report);
    let mut closed = without_result(run_dir, exit_reason, ending)?;
    if exit_reason.is_success() {
        let detected = success_detected_at(run_dir, closed.ended_at)?;
        // Without a marker the wait ended when the harvest gave up on it.
        let waited_until = ending.exit.map_or(closed.harvested_at, |_| closed.ended_at);
        closed.success_detected_at = Some(detected);
        closed.marker_wait_s = Some(waited_until.since(detected).as_secs_f64());
    }
    if ending.exit.is_none() {
        closed.fallback_notes.push(SALVAGED.to_owned());
    }
    closed.error = end.failure.as_ref().map(|failure| failure.message.clone());
    closed.cause = end.failure.as_ref().map(|failure| failure.cause);
    closed.cost_is_estimated = end.record.cost_is_estimated;
    closed.session_totals = end.record.session_totals;
    closed.usage = end.record.usage;
    closed.model.clone_from(&end.record.model);
    closed.session_id.clone_from(&end.record.session);
    Ok(closed)
}

fn without_result(run_dir: &Path, exit_reason: ExitReason, ending: Ending<'_>) -> io::Result<End> {
    let exit = ending.exit;
    let mut fallback_notes = Vec::new();
    if ending.marker_is_broken {
        fallback_notes.push("exit.json could not be understood and counts as missing".to_owned());
    }
    if exit_reason == ExitReason::Lost && !ending.work_is_known {
        fallback_notes.push("work.json could not be understood: nobody can judge the run".to_owned());
    }
    let harvested_at = Timestamp(process::unix_ms());
    let ended_at = match exit {
        Some(exit) => Timestamp(exit.finished_at_ms),
        None if exit_reason == ExitReason::NeverBegan => harvested_at,
        None => {
            fallback_notes.push("no marker: the end is the last sign of life".to_owned());
            last_sign(run_dir)?.unwrap_or(harvested_at)
        }
    };
    fallback_notes.extend(ending.transcript.notes.iter().cloned());
    Ok(End {
        ended_at,
        harvested_at,
        exit_reason,
        error: None,
        cause: None,
        exit_code: exit.and_then(|exit| exit.exit_code),
        signal: exit.and_then(|exit| exit.signal),
        success_detected_at: None,
        marker_detected: exit.is_some(),
        marker_wait_s: None,
        resources_after: MachineState::now(),
        resources_used: exit.map_or_else(|| last_use(run_dir), |exit| exit.resources.clone()),
        stdout_bytes: exit.map(|exit| exit.stdout_bytes),
        stderr_bytes: exit.map(|exit| exit.stderr_bytes),
        usage: ending.transcript.so_far,
        cost_is_estimated: ending.transcript.cost_is_estimated,
        model: ending.transcript.model.clone(),
        session_id: ending.transcript.session.clone(),
        session_totals: ending.transcript.totals,
        denied: ending.transcript.denied.clone(),
        retries: ending.transcript.retries,
        fallback_notes,
    })
}

/// When it printed its record of success, else its end.
fn success_detected_at(run_dir: &Path, ended_at: Timestamp) -> io::Result<Timestamp> {
    let said = progress(run_dir)?.and_then(|progress| progress.done_at_ms);
    Ok(said.map_or(ended_at, Timestamp))
}

/// The newest of what it last printed and of how it last stood.
fn last_sign(run_dir: &Path) -> io::Result<Option<Timestamp>> {
    let printed = fs::metadata(process::stdout_log(run_dir))
        .and_then(|meta| meta.modified())
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    let stood = progress(run_dir)?.map(|progress| progress.at_ms);
    Ok(printed.max(stood).map(Timestamp))
}

/// What it had cost when its runner last looked.
fn last_use(run_dir: &Path) -> ResourceUse {
    match progress(run_dir) {
        Ok(Some(progress)) => ResourceUse {
            source: process::ResourceSource::Proc,
            cpu_ms: Some(progress.cpu_ms),
            peak_rss_bytes: (progress.peak_rss_bytes > 0).then_some(progress.peak_rss_bytes),
            note: "no marker: as of the last look at the living run".to_owned(),
        },
        Ok(None) | Err(_) => ResourceUse {
            note: "no marker, and nobody had looked at the living run".to_owned(),
            ..ResourceUse::default()
        },
    }
}

/// Progress that cannot be understood tells nothing.
fn progress(run_dir: &Path) -> io::Result<Option<process::Progress>> {
    match process::read_progress(run_dir) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        read => read,
    }
}
