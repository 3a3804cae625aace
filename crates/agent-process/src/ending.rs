//! How a run stands, in the words of the port: what its marker, its work and its result record mean together.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunEnd, RunStatus};
use pipeline_core::run::{FailureCause, RunFailure, RunRecord};
use pipeline_core::time::Timestamp;
use pipeline_core::usage::duration_text;
use process::{EndReason, ExitRecord, RunState};

use crate::output;
use crate::prices::Prices;
use crate::provider::ProviderKind;
use crate::record::closing::{self, Ending};
use crate::transcript::Transcript;
use crate::work::{Work, WorkKind};

/// Of the output in [`RunEnd::log_tail`], in bytes.
const LOG_TAIL: usize = 8 << 10;

/// Added to the log of a run that is judged without its marker.
const WITHOUT_MARKER: &str = "[the runner was lost; the run is taken by the result record that it had printed, its exit code is not known]\n";

/// What a state of the `process` crate means. When it is not `Running`, no process of the run is left.
pub(crate) fn status(
    run_dir: &Path,
    state: io::Result<RunState>,
    prices: &Prices,
) -> Result<RunStatus, PortError> {
    understand(run_dir, state, prices).map_err(|error| {
        let run_dir = run_dir.display();
        PortError::retry(format!("could not tell how the run in {run_dir} stands: {error}"))
    })
}

fn understand(run_dir: &Path, state: io::Result<RunState>, prices: &Prices) -> io::Result<RunStatus> {
    let mut marker_is_broken = false;
    let exit = match state {
        Ok(RunState::Running) => return Ok(RunStatus::Running),
        Ok(RunState::Lost) => None,
        Ok(RunState::Finished(exit)) => Some(exit),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            tracing::warn!(%error, "a broken completion marker is none");
            marker_is_broken = true;
            None
        }
        Err(error) => return Err(error),
    };
    let work = Work::load(run_dir)?;
    let transcript = transcript(run_dir, work.as_ref(), prices)?;
    let status = over(run_dir, work.as_ref(), &transcript, exit.as_ref())?;
    let ending = Ending {
        exit: exit.as_ref(),
        marker_is_broken,
        work_is_known: work.is_some(),
        transcript: &transcript,
    };
    closing::close(run_dir, &status, ending);
    Ok(status)
}

/// What an agent printed, with its figures settled; nothing of a command.
fn transcript(run_dir: &Path, work: Option<&Work>, prices: &Prices) -> io::Result<Transcript> {
    let Some(work) = work else {
        return Ok(Transcript::default());
    };
    let WorkKind::Agent { provider } = work.kind else {
        return Ok(Transcript::default());
    };
    let mut transcript = Transcript::read(provider, run_dir)?;
    if provider != ProviderKind::Command {
        transcript.settle(work.resumed.as_ref(), work.model.as_deref(), prices);
    }
    Ok(transcript)
}

/// What came of a run that does not run.
fn over(
    run_dir: &Path,
    work: Option<&Work>,
    transcript: &Transcript,
    exit: Option<&ExitRecord>,
) -> io::Result<RunStatus> {
    // The runner makes the log right before it starts the program.
    if exit.is_none() && !process::stdout_log(run_dir).exists() {
        return Ok(RunStatus::NeverBegan);
    }
    if exit.is_none() {
        // The checkout is used again by the next attempt.
        process::kill_orphans(run_dir)?;
    }
    let Some(work) = work else {
        tracing::warn!(run.dir = %run_dir.display(), "nobody knows any more what ran here; the run counts as lost");
        return Ok(RunStatus::Lost);
    };
    let end = match exit {
        Some(exit) => Some(ended(run_dir, work, transcript, exit)?),
        None => salvaged(run_dir, work, transcript)?,
    };
    Ok(end.map_or(RunStatus::Lost, |end| RunStatus::Ended(Box::new(end))))
}

fn ended(run_dir: &Path, work: &Work, transcript: &Transcript, exit: &ExitRecord) -> io::Result<RunEnd> {
    let duration = exit.finished_at_ms.saturating_sub(exit.started_at_ms);
    Ok(RunEnd {
        failure: judge(work, exit, transcript).map(|failure| at_reset(failure, exit)),
        timed_out: exit.reason == EndReason::Timeout,
        stalled: exit.reason == EndReason::Stalled,
        cancelled: exit.reason == EndReason::Cancelled,
        log_tail: log_tail(run_dir, &remark(work, exit))?,
        record: run_record(transcript, exit.exit_code, u64::try_from(duration).unwrap_or(0)),
    })
}

/// An agent that had said everything when its runner died is not run again (behaviour §11).
fn salvaged(run_dir: &Path, work: &Work, transcript: &Transcript) -> io::Result<Option<RunEnd>> {
    let WorkKind::Agent { provider } = work.kind else {
        return Ok(None);
    };
    if transcript.record.is_none() {
        return Ok(None);
    }
    tracing::warn!(run.dir = %run_dir.display(), "a lost run is taken by the result record that it had printed");
    Ok(Some(RunEnd {
        failure: provider.judge(0, transcript),
        timed_out: false,
        stalled: false,
        cancelled: false,
        log_tail: log_tail(run_dir, WITHOUT_MARKER)?,
        record: run_record(transcript, None, observed_duration_ms(run_dir)),
    }))
}

/// Why a run that left its marker failed, if it did.
pub(crate) fn judge(work: &Work, exit: &ExitRecord, transcript: &Transcript) -> Option<RunFailure> {
    let failed = |cause, message: String| Some(RunFailure::new(cause, message));
    match (exit.reason, work.kind) {
        (EndReason::Cancelled, _) => failed(FailureCause::CalledOff, "the run was called off".to_owned()),
        (EndReason::SpawnFailed, _) => {
            let error = exit.error.as_deref().unwrap_or("no reason was given");
            failed(
                FailureCause::MissingProgram,
                format!("the program could not be started: {error}"),
            )
        }
        (EndReason::Interrupted, _) => failed(
            FailureCause::Interrupted,
            "the run was interrupted: its runner was asked to end, as when the machine or the container stops"
                .to_owned(),
        ),
        (
            EndReason::Timeout | EndReason::Stalled | EndReason::Lingered | EndReason::Exited,
            WorkKind::Command,
        ) => None,
        (EndReason::Timeout, WorkKind::Agent { .. }) => {
            let limit = duration_text(work.timeout_ms.div_ceil(1_000));
            failed(
                FailureCause::TimedOut,
                format!("the agent was stopped after {limit}, its time limit"),
            )
        }
        (EndReason::Stalled, WorkKind::Agent { .. }) => {
            failed(FailureCause::Stalled, format!("the agent {}", stall_text(work)))
        }
        // It had said that all went well; that it did not exit then is no reason to do the work again.
        (EndReason::Lingered, WorkKind::Agent { provider }) => provider.judge(0, transcript),
        (EndReason::Exited, WorkKind::Agent { provider }) => by_itself(provider, exit, transcript),
    }
}

/// The end of the output, and a line of ours if there is something to say.
fn log_tail(run_dir: &Path, remark: &str) -> io::Result<String> {
    let mut text = output::last_lines(run_dir, LOG_TAIL)?;
    if !text.is_empty() && !text.ends_with('\n') && !remark.is_empty() {
        text.push('\n');
    }
    Ok(text + remark)
}

/// Added to the log of a run that did not end by itself, where nothing else would tell.
fn remark(work: &Work, exit: &ExitRecord) -> String {
    match exit.reason {
        EndReason::Stalled => format!("[it {}]\n", stall_text(work)),
        EndReason::Lingered => "[it had reported success and did not exit; it was stopped]\n".to_owned(),
        EndReason::Exited
        | EndReason::Timeout
        | EndReason::Cancelled
        | EndReason::SpawnFailed
        | EndReason::Interrupted => String::new(),
    }
}

fn stall_text(work: &Work) -> String {
    let quiet = duration_text(work.stall_ms.saturating_mul(2).div_ceil(1_000));
    format!("was stopped: for {quiet} it printed nothing, used no processor time and changed no file")
}

fn by_itself(provider: ProviderKind, exit: &ExitRecord, transcript: &Transcript) -> Option<RunFailure> {
    let killed = |message: String| Some(RunFailure::new(FailureCause::Killed, message));
    match (exit.exit_code, exit.signal) {
        (Some(code), _) => provider.judge(code, transcript),
        (None, Some(signal)) => killed(format!("the agent was killed by signal {signal}")),
        (None, None) => killed("the agent ended in an unknown way".to_owned()),
    }
}

/// A usage limit is over when it is reset: not earlier is there any sense in another try.
fn at_reset(failure: RunFailure, exit: &ExitRecord) -> RunFailure {
    match failure.resets_at {
        Some(reset) => {
            let wait = reset.since(Timestamp(exit.finished_at_ms));
            failure.after(Some(wait))
        }
        None => failure,
    }
}

fn run_record(transcript: &Transcript, exit_code: Option<i32>, duration_ms: u64) -> RunRecord {
    let summary = transcript.record.as_ref().map(|record| record.summary.clone());
    RunRecord {
        exit_code,
        usage: transcript.so_far,
        model: transcript.model.clone(),
        session: transcript.session.clone(),
        duration_ms,
        summary: summary.unwrap_or_default(),
        cost_is_estimated: transcript.cost_is_estimated,
        session_totals: transcript.totals,
        ..RunRecord::default()
    }
}

/// From the launch to the last thing that it printed; 0 when the files do not tell.
fn observed_duration_ms(run_dir: &Path) -> u64 {
    let modified = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let started = modified(&Work::path(run_dir));
    let printed = modified(&process::stdout_log(run_dir));
    let duration = started
        .zip(printed)
        .and_then(|(started, printed)| printed.duration_since(started).ok());
    duration.map_or(0, |duration| {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests;
