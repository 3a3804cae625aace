//! The files of a run among each other.

use process::{EndReason, ExitRecord};

use super::{About, Facts, Findings, database, exit, value};
use crate::runs::{End, ExitReason, Marker, Record, RecordKind, RecordReading, RunFiles};

pub(super) fn compare(facts: &Facts, files: &RunFiles, findings: &mut Findings) {
    if let Marker::Broken(error) = &files.marker {
        findings.add(About::Marker, format!("the completion marker is none: {error}"));
    }
    output(files, findings);
    let record = match &files.record {
        RecordReading::Read(record) => record,
        RecordReading::Newer { .. } => return,
        RecordReading::Missing if database::closed_without_end(facts) && is_untouched(files) => return,
        RecordReading::Missing => {
            findings.add(About::Record, "the directory has no run.json");
            return;
        }
        RecordReading::Broken(error) => {
            findings.add(About::Record, format!("the record cannot be read: {error}"));
            return;
        }
    };
    identity(facts, record, findings);
    let Some(end) = &record.end else {
        return;
    };
    if files.lives {
        findings.add(
            About::Life,
            "the record says that the run is over, but its runner lives",
        );
    }
    marker(end, files, findings);
    if record.kind == RecordKind::Agent {
        printed(end, files, findings);
    }
}

/// Nothing was ever started in it: the record is written before the first of these.
fn is_untouched(files: &RunFiles) -> bool {
    let has_no_marker = match &files.marker {
        Marker::Missing => true,
        Marker::Read(_) | Marker::Broken(_) => false,
    };
    let has_no_output = files.stdout_bytes.is_none() && files.stderr_bytes.is_none();
    has_no_marker && has_no_output && files.progress.is_none() && !files.lives
}

fn identity(facts: &Facts, record: &Record, findings: &mut Findings) {
    let run = facts.run;
    findings.compare(
        (About::Id, "run"),
        ("the record", &record.run.to_string()),
        ("its directory", &run.to_string()),
    );
    findings.compare(
        (About::Fence, "fence"),
        ("the record", &record.fence),
        ("its directory", &run.fence),
    );
}

fn marker(end: &End, files: &RunFiles, findings: &mut Findings) {
    let Some(exit) = exit(files) else {
        if end.marker_detected {
            findings.add(
                About::Marker,
                "the record says that the marker was there, and exit.json is not",
            );
        }
        return;
    };
    if !end.marker_detected {
        findings.add(
            About::Marker,
            "the record says that there was no marker, and exit.json is there",
        );
        return;
    }
    let (record, marker) = ("the record", "exit.json");
    findings.compare(
        (About::ExitCode, "exit code"),
        (record, &end.exit_code),
        (marker, &exit.exit_code),
    );
    findings.compare(
        (About::ExitCode, "signal"),
        (record, &end.signal),
        (marker, &exit.signal),
    );
    findings.compare(
        (About::Times, "end"),
        (record, &end.ended_at.0),
        (marker, &exit.finished_at_ms),
    );
    findings.compare(
        (About::Output, "bytes of stdout"),
        (record, &end.stdout_bytes),
        (marker, &Some(exit.stdout_bytes)),
    );
    findings.compare(
        (About::Output, "bytes of stderr"),
        (record, &end.stderr_bytes),
        (marker, &Some(exit.stderr_bytes)),
    );
    if !fits(end.exit_reason, exit) {
        findings.add(
            About::Outcome,
            format!(
                "outcome: the record says {}, exit.json {}",
                value(&end.exit_reason),
                value(&exit.reason)
            ),
        );
    }
}

/// Whether a word of the record can come from this marker.
fn fits(reason: ExitReason, exit: &ExitRecord) -> bool {
    use ExitReason as R;
    // Nobody could judge it: work.json was gone or broken.
    if reason == R::Lost {
        return true;
    }
    match exit.reason {
        EndReason::Timeout => reason == R::Timeout,
        EndReason::Stalled => reason == R::Stalled,
        EndReason::Cancelled => reason == R::Cancelled,
        EndReason::Interrupted => reason == R::Interrupted,
        EndReason::SpawnFailed => reason == R::SpawnFailed,
        EndReason::Lingered => matches!(
            reason,
            R::SuccessAfterGrace | R::AgentError | R::PermissionDenied | R::Killed
        ),
        EndReason::Exited => match (exit.exit_code, exit.signal) {
            (_, Some(_)) => reason == R::Killed,
            (Some(0), None) => matches!(
                reason,
                R::Success | R::AgentError | R::PermissionDenied | R::NoRecord
            ),
            (Some(_), None) => matches!(
                reason,
                R::AgentError | R::CommandFailed | R::Transient | R::Misconfigured
            ),
            (None, None) => reason == R::AgentError,
        },
    }
}

/// What the log holds against what the marker counted.
fn output(files: &RunFiles, findings: &mut Findings) {
    let Some(exit) = exit(files).filter(|exit| exit.reason != EndReason::SpawnFailed) else {
        return;
    };
    let logs = [
        ("stdout.log", files.stdout_bytes, exit.stdout_bytes),
        ("stderr.log", files.stderr_bytes, exit.stderr_bytes),
    ];
    for (name, held, written) in logs {
        match held {
            None if written > 0 => {
                findings.add(
                    About::Output,
                    format!("{name} is gone; {written} bytes were written"),
                );
            }
            Some(held) if exit.dropped_bytes == 0 && held != written => {
                findings.add(
                    About::Output,
                    format!("{name} holds {held} bytes, exit.json says {written}"),
                );
            }
            Some(_) | None => {}
        }
    }
    let held = files.stdout_bytes.unwrap_or_default() + files.stderr_bytes.unwrap_or_default();
    let kept = (exit.stdout_bytes + exit.stderr_bytes).saturating_sub(exit.dropped_bytes);
    if exit.dropped_bytes > 0 && held < kept {
        findings.add(
            About::Output,
            format!("the logs hold {held} bytes, of which exit.json says that {kept} were kept"),
        );
    }
}

/// The result record in the log against the run's record.
fn printed(end: &End, files: &RunFiles, findings: &mut Findings) {
    let Some(printed) = &files.printed else {
        if end.exit_reason.is_success() {
            findings.add(
                About::Outcome,
                "the record says success, and stdout.log has no result record",
            );
        }
        return;
    };
    if end.exit_reason == ExitReason::NoRecord {
        findings.add(
            About::Outcome,
            "the record says no_record, and stdout.log has a result record",
        );
    }
    if matches!(end.exit_reason, ExitReason::Lost | ExitReason::NeverBegan) {
        return;
    }
    let (record, log) = ("the record", "stdout.log");
    findings.compare(
        (About::Usage, "usage"),
        (record, &end.usage),
        (log, &printed.usage),
    );
    findings.compare(
        (About::Model, "model"),
        (record, &end.model),
        (log, &printed.model),
    );
    findings.compare(
        (About::Session, "session"),
        (record, &end.session_id),
        (log, &printed.session_id),
    );
}
