//! A run of which everything tells the same, and ways to change it.

use std::path::PathBuf;

use pipeline_core::id::{AccountId, BranchName, CommitSha, ProjectId, RunId, WorkItemId};
use pipeline_core::job::{AgentJob, CommandJob, JobKind, JobStatus, StartPoint};
use pipeline_core::port::store::jobs::JobRow;
use pipeline_core::role::Role;
use pipeline_core::run::{RunRecord, RunRow};
use pipeline_core::stage::StageName;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use process::ExitRecord;
use serde_json::json;

use super::super::Facts;
use crate::runs::{End, Marker, Record, RecordKind, RecordReading, RunFiles};

pub(super) fn run() -> RunId {
    "7-3-2".parse().unwrap()
}

pub(super) fn usage() -> Usage {
    Usage {
        output_tokens: 5,
        cost_usd: 0.25,
        ..Usage::default()
    }
}

pub(super) fn record() -> Record {
    let machine = json!({"source": "none", "note": "nothing"});
    let value = json!({
        "schema": 1, "run": "7-3-2", "task": 7, "project": "et", "kind": "agent", "work_item": "ET-007",
        "role": "developer", "stage": "development", "fence": 2,
        "queue": {"queued_at": 0, "claimed_at": 10, "waited_ms": 10},
        "started_at": 20, "argv": ["agent"], "versions": {"orchd": "1"}, "limits": "wall 1 s",
        "resources_before": machine,
        "end": {
            "ended_at": 1_500, "harvested_at": 1_510, "exit_reason": "success", "exit_code": 0,
            "marker_detected": true, "stdout_bytes": 100, "stderr_bytes": 7,
            "resources_after": machine, "resources_used": {"source": "proc", "note": ""},
            "usage": usage(), "model": "m", "session_id": "s",
        },
    });
    serde_json::from_value(value).unwrap()
}

pub(super) fn marker() -> ExitRecord {
    let value = json!({
        "exit_code": 0, "signal": null, "reason": "exited", "error": null, "started_at_ms": 500,
        "finished_at_ms": 1_500, "stdout_bytes": 100, "stderr_bytes": 7, "dropped_bytes": 0, "processes_killed": 0,
    });
    serde_json::from_value(value).unwrap()
}

pub(super) fn agent_job() -> JobKind {
    JobKind::Agent(AgentJob {
        stage: StageName::new("development"),
        role: Role::new("developer"),
        work_item: WorkItemId::new("ET-007"),
        branch: BranchName::new("feature/x"),
        start: StartPoint::DefaultBranch { with: None },
        brief: String::new(),
        remove: Vec::new(),
        resume: None,
        prompt: None,
    })
}

/// An agent's run that ended well and of which everything tells the same.
pub(super) fn agreed() -> Facts {
    let files = RunFiles {
        place: PathBuf::from("runs/7-3-2"),
        record: RecordReading::Read(Box::new(record())),
        marker: Marker::Read(marker()),
        progress: None,
        lives: false,
        stdout_bytes: Some(100),
        stderr_bytes: Some(7),
        printed: Some(agent_process::inspect::Printed {
            usage: usage(),
            model: Some("m".to_owned()),
            session_id: Some("s".to_owned()),
        }),
        size: 1_000,
    };
    Facts {
        run: run(),
        row: Some(RunRow {
            run: run(),
            stage: StageName::new("development"),
            role: Role::new("developer"),
            started_at: Timestamp(10),
            finished_at: Some(Timestamp(1_520)),
            outcome: "finished".to_owned(),
            record: RunRecord {
                exit_code: Some(0),
                usage: usage(),
                model: Some("m".to_owned()),
                session: Some("s".to_owned()),
                duration_ms: 1_000,
                ..RunRecord::default()
            },
        }),
        job: Some(JobRow {
            id: run().job,
            project: ProjectId::new("et"),
            status: JobStatus::Done,
            kind: agent_job(),
            fence: 2,
            available_at: Timestamp(0),
            created_at: Timestamp(0),
        }),
        files: Some(files),
        is_kept: true,
    }
}

/// The same while it runs.
pub(super) fn running() -> Facts {
    let mut facts = agreed();
    row(&mut facts).finished_at = None;
    row(&mut facts).outcome = "running".to_owned();
    row(&mut facts).record = RunRecord::default();
    job(&mut facts).status = JobStatus::Running;
    change_record(&mut facts, |record| record.end = None);
    files(&mut facts).marker = Marker::Missing;
    files(&mut facts).printed = None;
    files(&mut facts).lives = true;
    facts
}

/// A command's run that ended: it has no row.
pub(super) fn command() -> Facts {
    let mut facts = agreed();
    facts.row = None;
    job(&mut facts).kind = JobKind::Command(CommandJob {
        context: "ci/test".to_owned(),
        command: "true".to_owned(),
        commit: CommitSha::new("a".repeat(40)),
        branch: BranchName::new("feature/x"),
    });
    files(&mut facts).printed = None;
    change_record(&mut facts, |record| {
        record.kind = RecordKind::Command;
        (record.role, record.stage) = (None, None);
    });
    facts
}

/// An agent's and a command's run whose daemon was killed before their record was written.
pub(super) fn never_begun() -> [Facts; 2] {
    [agreed(), command()].map(|mut facts| {
        if let Some(row) = &mut facts.row {
            row.outcome = "lost".to_owned();
            row.record = RunRecord::default();
        }
        let files = files(&mut facts);
        (files.record, files.marker, files.printed) = (RecordReading::Missing, Marker::Missing, None);
        (files.stdout_bytes, files.stderr_bytes) = (None, None);
        facts
    })
}

pub(super) fn files(facts: &mut Facts) -> &mut RunFiles {
    facts.files.as_mut().unwrap()
}

pub(super) fn row(facts: &mut Facts) -> &mut RunRow {
    facts.row.as_mut().unwrap()
}

pub(super) fn job(facts: &mut Facts) -> &mut JobRow {
    facts.job.as_mut().unwrap()
}

pub(super) fn change_record(facts: &mut Facts, change: impl FnOnce(&mut Record)) {
    let RecordReading::Read(record) = &mut files(facts).record else {
        panic!("there is a record");
    };
    change(record);
}

pub(super) fn change_end(facts: &mut Facts, change: impl FnOnce(&mut End)) {
    change_record(facts, |record| change(record.end.as_mut().unwrap()));
}

pub(super) fn change_marker(facts: &mut Facts, change: impl FnOnce(&mut ExitRecord)) {
    let Marker::Read(exit) = &mut files(facts).marker else {
        panic!("there is a marker");
    };
    change(exit);
}

/// There was no run: its row is all that is known.
pub(super) fn never_ran(facts: &mut Facts, outcome: &str, record: RunRecord) {
    facts.files = None;
    let row = row(facts);
    (row.outcome, row.record) = (outcome.to_owned(), record);
}

/// Nothing but whose it was to be.
pub(super) fn on_account(name: &str) -> RunRecord {
    RunRecord {
        provider: Some(AccountId::shared(name)),
        ..RunRecord::default()
    }
}
