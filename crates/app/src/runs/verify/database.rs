//! The files of a run against the database.

use pipeline_core::job::{JobKind, JobStatus};
use pipeline_core::port::store::jobs::JobRow;
use pipeline_core::run::{RunRecord, RunRow};

use super::{About, Facts, Findings, exit};
use crate::runs::{End, ExitReason, Record, RecordKind, RecordReading, RunFiles};

const ROW: &str = "the database";

/// What is on one side and not on the other.
pub(super) fn existence(facts: &Facts, findings: &mut Findings) {
    let run = facts.run;
    match (&facts.job, &facts.files) {
        (None, Some(_)) => findings.add(
            About::Existence,
            format!("the database has no job {}, and its run has a directory", run.job),
        ),
        (Some(job), Some(_)) if is_agent(job) && facts.row.is_none() => {
            findings.add(About::Existence, "the directory has no row in the runs table");
        }
        (_, None) => {
            let ran = facts.row.as_ref().is_some_and(knows_its_end);
            if ran && facts.is_kept {
                findings.add(
                    About::Existence,
                    "the database has the run, and its directory is gone before its time",
                );
            }
        }
        (Some(_), Some(_)) => {}
    }
    if let Some(job) = &facts.job {
        job_and_row(facts, job, findings);
    }
}

fn job_and_row(facts: &Facts, job: &JobRow, findings: &mut Findings) {
    let fence = facts.run.fence;
    if fence > job.fence {
        findings.add(
            About::Fence,
            format!(
                "fence: the run is claim {fence} of job {}, which was claimed {} times",
                job.id, job.fence
            ),
        );
    }
    let Some(row) = &facts.row else {
        return;
    };
    if row.finished_at.is_none() && !is_leased(facts, job) {
        findings.add(
            About::Ended,
            format!(
                "the database says that the run is {:?}, and that its job is {} (claimed {} times)",
                row.outcome,
                job.status.as_str(),
                job.fence
            ),
        );
    }
}

pub(super) fn compare(facts: &Facts, files: &RunFiles, findings: &mut Findings) {
    life(facts, files, findings);
    if let Some(row) = facts.row.as_ref().filter(|row| knows_its_end(row)) {
        marker(row, files, findings);
    }
    let RecordReading::Read(record) = &files.record else {
        return;
    };
    if let Some(row) = &facts.row {
        work(row, record, findings);
        match &record.end {
            Some(end) => {
                outcome(row, end, findings);
                figures(row, end, findings);
            }
            None if row.finished_at.is_some() => findings.add(
                About::Ended,
                "the database says that the run is over, and its record has no end",
            ),
            None => {}
        }
    } else if record.kind == RecordKind::Command && record.end.is_none() && !files.lives {
        let is_over = facts.job.as_ref().is_some_and(|job| !is_leased(facts, job));
        if is_over {
            findings.add(
                About::Ended,
                "the database says that the job is over, and the record of its run has no end",
            );
        }
    }
}

fn life(facts: &Facts, files: &RunFiles, findings: &mut Findings) {
    let Some(job) = &facts.job else {
        return;
    };
    let is_open = facts
        .row
        .as_ref()
        .map_or_else(|| is_leased(facts, job), |row| row.finished_at.is_none());
    match (files.lives, is_open) {
        (true, false) => findings.add(
            About::Life,
            "the run's runner lives, and the database says that the run is over",
        ),
        (false, true) if exit(files).is_some() && is_leased(facts, job) => findings.add(
            About::Ended,
            "the run has ended, and nobody has taken its result: is the daemon down?",
        ),
        (false, true) if files.stdout_bytes.is_some() && is_leased(facts, job) => findings.add(
            About::Life,
            "the database says that the run is running, and its runner is dead",
        ),
        (true, true) | (false, _) => {}
    }
}

fn marker(row: &RunRow, files: &RunFiles, findings: &mut Findings) {
    let Some(exit) = exit(files) else {
        return;
    };
    let duration = exit.finished_at_ms.saturating_sub(exit.started_at_ms);
    findings.compare(
        (About::Times, "milliseconds from start to end"),
        (ROW, &row.record.duration_ms),
        ("exit.json", &u64::try_from(duration).unwrap_or_default()),
    );
    // Where there is a record it is compared with both.
    if !matches!(files.record, RecordReading::Read(_)) {
        findings.compare(
            (About::ExitCode, "exit code"),
            (ROW, &row.record.exit_code),
            ("exit.json", &exit.exit_code),
        );
    }
}

/// A row that was closed before there was a run (its checkout failed), or without its end, has no figures; there may
/// never have been a directory.
fn knows_its_end(row: &RunRow) -> bool {
    // On which account it was to run, and why it did not, is known without a run.
    let figures = RunRecord {
        provider: None,
        never_began: false,
        cause: None,
        ..row.record.clone()
    };
    row.finished_at.is_some() && (figures != RunRecord::default() || row.outcome == "finished")
}

/// The run is over for the database, which knows nothing of its end: the daemon may have been killed while it made the directory.
pub(super) fn closed_without_end(facts: &Facts) -> bool {
    match (&facts.row, &facts.job) {
        (Some(row), _) => row.finished_at.is_some() && !knows_its_end(row),
        (None, Some(job)) => !is_agent(job) && !is_leased(facts, job),
        (None, None) => false,
    }
}

fn work(row: &RunRow, record: &Record, findings: &mut Findings) {
    let role = Some(row.role.as_str().to_owned());
    let said = record.role.as_ref().map(|role| role.as_str().to_owned());
    findings.compare((About::Work, "role"), ("the record", &said), (ROW, &role));
    let stage = Some(row.stage.to_string());
    let said = record.stage.as_ref().map(ToString::to_string);
    findings.compare((About::Work, "stage"), ("the record", &said), (ROW, &stage));
}

fn outcome(row: &RunRow, end: &End, findings: &mut Findings) {
    let reason = end.exit_reason;
    let fits = match row.outcome.split(':').next().unwrap_or_default() {
        "running" => row.finished_at.is_none(),
        "finished" => reason.is_success(),
        // A run that ended well fails all the same when its work cannot be taken over.
        "failed" => reason != ExitReason::Cancelled,
        "cancelled" => reason == ExitReason::Cancelled,
        "lost" => matches!(reason, ExitReason::Lost | ExitReason::NeverBegan),
        _ => false,
    };
    if !fits {
        findings.add(
            About::Outcome,
            format!(
                "outcome: the record says {:?}, {ROW} {:?}",
                reason.as_str(),
                row.outcome
            ),
        );
    }
}

fn figures(row: &RunRow, end: &End, findings: &mut Findings) {
    if !knows_its_end(row) {
        return;
    }
    let record = "the record";
    let theirs = &row.record;
    findings.compare(
        (About::ExitCode, "exit code"),
        (record, &end.exit_code),
        (ROW, &theirs.exit_code),
    );
    findings.compare(
        (About::Usage, "usage"),
        (record, &end.usage),
        (ROW, &theirs.usage),
    );
    findings.compare(
        (About::Model, "model"),
        (record, &end.model),
        (ROW, &theirs.model),
    );
    findings.compare(
        (About::Session, "session"),
        (record, &end.session_id),
        (ROW, &theirs.session),
    );
}

fn is_leased(facts: &Facts, job: &JobRow) -> bool {
    job.status == JobStatus::Running && job.fence == facts.run.fence
}

fn is_agent(job: &JobRow) -> bool {
    match job.kind {
        JobKind::Agent(_) => true,
        JobKind::Gather(_) | JobKind::Command(_) => false,
    }
}
