use std::path::PathBuf;

use pipeline_core::id::{BranchName, CommitSha, ProjectId, WorkItemId};
use pipeline_core::job::{AgentJob, CommandJob, JobKind, JobStatus, StartPoint};
use pipeline_core::role::Role;
use pipeline_core::run::RunRecord;
use pipeline_core::stage::StageName;
use pipeline_core::usage::Usage;
use process::{EndReason, ExitRecord};
use serde_json::json;

use super::*;
use crate::runs::{End, ExitReason, Record, RecordKind};

fn run() -> RunId {
    "7-3-2".parse().unwrap()
}

fn usage() -> Usage {
    Usage {
        output_tokens: 5,
        cost_usd: 0.25,
        ..Usage::default()
    }
}

fn record() -> Record {
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

fn marker() -> ExitRecord {
    let value = json!({
        "exit_code": 0, "signal": null, "reason": "exited", "error": null, "started_at_ms": 500,
        "finished_at_ms": 1_500, "stdout_bytes": 100, "stderr_bytes": 7, "dropped_bytes": 0, "processes_killed": 0,
    });
    serde_json::from_value(value).unwrap()
}

fn agent_job() -> JobKind {
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
fn agreed() -> Facts {
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
                summary: String::new(),
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
fn running() -> Facts {
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
fn command() -> Facts {
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

fn files(facts: &mut Facts) -> &mut RunFiles {
    facts.files.as_mut().unwrap()
}

fn row(facts: &mut Facts) -> &mut RunRow {
    facts.row.as_mut().unwrap()
}

fn job(facts: &mut Facts) -> &mut JobRow {
    facts.job.as_mut().unwrap()
}

fn change_record(facts: &mut Facts, change: impl FnOnce(&mut Record)) {
    let RecordReading::Read(record) = &mut files(facts).record else {
        panic!("there is a record");
    };
    change(record);
}

fn change_end(facts: &mut Facts, change: impl FnOnce(&mut End)) {
    change_record(facts, |record| change(record.end.as_mut().unwrap()));
}

fn change_marker(facts: &mut Facts, change: impl FnOnce(&mut ExitRecord)) {
    let Marker::Read(exit) = &mut files(facts).marker else {
        panic!("there is a marker");
    };
    change(exit);
}

/// `expected`: what is disagreed about, and a part of the line.
#[track_caller]
fn check(facts: &Facts, expected: &[(About, &str)]) {
    let found = disagreements(facts);
    let abouts: Vec<_> = found.iter().map(|found| found.about).collect();
    let wanted: Vec<_> = expected.iter().map(|(about, _)| *about).collect();
    assert_eq!(abouts, wanted, "{found:?}");
    for (found, (_, part)) in found.iter().zip(expected) {
        assert!(found.text.contains(part), "{:?} has no {part:?}", found.text);
        assert!(!found.text.contains('\n'), "{:?}", found.text);
    }
}

#[test]
fn sources_that_tell_the_same_disagree_about_nothing() {
    check(&agreed(), &[]);
    check(&running(), &[]);
    check(&command(), &[]);
    assert!(is_moving(&running()) && !is_moving(&agreed()));
}

#[test]
fn each_planted_disagreement_is_found_and_named() {
    type Plant = fn(&mut Facts);
    let planted: &[(Plant, &[(About, &str)])] = &[
        (|it| it.row = None, &[(About::Existence, "no row")]),
        (
            |it| (it.row, it.job) = (None, None),
            &[(About::Existence, "no job 7-3")],
        ),
        (
            |it| it.files = None,
            &[(About::Existence, "gone before its time")],
        ),
        (
            |it| files(it).record = RecordReading::Missing,
            &[(About::Record, "no run.json")],
        ),
        (
            |it| files(it).record = RecordReading::Broken("line 1".to_owned()),
            &[(About::Record, "cannot be read: line 1")],
        ),
        (
            |it| files(it).marker = Marker::Missing,
            &[(About::Marker, "exit.json is not")],
        ),
        (
            |it| files(it).marker = Marker::Broken("line 1".to_owned()),
            &[
                (About::Marker, "is none: line 1"),
                (About::Marker, "exit.json is not"),
            ],
        ),
        (
            |it| change_end(it, |end| end.marker_detected = false),
            &[(About::Marker, "there was no marker")],
        ),
        (
            |it| change_record(it, |record| record.run = "7-3-1".parse().unwrap()),
            &[(About::Id, "\"7-3-1\"")],
        ),
        (
            |it| change_record(it, |record| record.fence = 1),
            &[(About::Fence, "says 1")],
        ),
        (|it| job(it).fence = 1, &[(About::Fence, "claimed 1 times")]),
        (
            |it| row(it).role = Role::new("tester"),
            &[(
                About::Work,
                "role: the record says Some(\"developer\"), the database Some(\"tester\")",
            )],
        ),
        (
            |it| row(it).stage = StageName::new("testing"),
            &[(About::Work, "stage")],
        ),
        (
            |it| change_record(it, |record| record.end = None),
            &[(About::Ended, "its record has no end")],
        ),
        (
            |it| files(it).lives = true,
            &[
                (About::Life, "the record says that the run is over"),
                (About::Life, "the database says that the run is over"),
            ],
        ),
        (
            |it| change_end(it, |end| end.exit_code = Some(1)),
            &[
                (About::ExitCode, "the record says Some(1), exit.json Some(0)"),
                (About::ExitCode, "the record says Some(1), the database Some(0)"),
            ],
        ),
        (
            |it| row(it).record.exit_code = Some(3),
            &[(About::ExitCode, "the database Some(3)")],
        ),
        (
            |it| {
                files(it).record = RecordReading::Missing;
                row(it).record.exit_code = Some(3);
            },
            &[
                (About::Record, ""),
                (About::ExitCode, "the database says Some(3), exit.json Some(0)"),
            ],
        ),
        (
            |it| change_end(it, |end| end.signal = Some(9)),
            &[(About::ExitCode, "signal")],
        ),
        (
            |it| change_end(it, |end| end.ended_at = Timestamp(9)),
            &[(About::Times, "end")],
        ),
        (
            |it| row(it).record.duration_ms = 9,
            &[(About::Times, "says 9, exit.json 1000")],
        ),
        (
            |it| change_end(it, |end| end.exit_reason = ExitReason::Timeout),
            &[
                (About::Outcome, "the record says \"timeout\", exit.json Exited"),
                (
                    About::Outcome,
                    "the record says \"timeout\", the database \"finished\"",
                ),
            ],
        ),
        (
            |it| change_marker(it, |exit| exit.reason = EndReason::Stalled),
            &[(About::Outcome, "exit.json Stalled")],
        ),
        (
            |it| row(it).outcome = "cancelled".to_owned(),
            &[(About::Outcome, "the database \"cancelled\"")],
        ),
        (
            |it| row(it).outcome = "lost".to_owned(),
            &[(About::Outcome, "the database \"lost\"")],
        ),
        (
            |it| files(it).stdout_bytes = Some(99),
            &[(About::Output, "stdout.log holds 99")],
        ),
        (
            |it| files(it).stderr_bytes = None,
            &[(About::Output, "stderr.log is gone")],
        ),
        (
            |it| change_end(it, |end| end.stderr_bytes = Some(8)),
            &[(About::Output, "bytes of stderr")],
        ),
        (
            |it| {
                change_marker(it, |exit| exit.dropped_bytes = 20);
                files(it).stdout_bytes = Some(70);
            },
            &[(
                About::Output,
                "hold 77 bytes, of which exit.json says that 87 were kept",
            )],
        ),
        (
            |it| row(it).record.usage.output_tokens = 6,
            &[(About::Usage, "the database")],
        ),
        (
            |it| files(it).printed.as_mut().unwrap().usage.cost_usd = 1.0,
            &[(About::Usage, "stdout.log")],
        ),
        (
            |it| row(it).record.model = None,
            &[(About::Model, "the database None")],
        ),
        (
            |it| row(it).record.session = None,
            &[(About::Session, "the database None")],
        ),
        (
            |it| files(it).printed = None,
            &[(About::Outcome, "no result record")],
        ),
    ];
    for (plant, expected) in planted {
        let mut facts = agreed();
        plant(&mut facts);
        check(&facts, expected);
    }
}

#[test]
fn a_run_that_seems_to_run_is_looked_at_too() {
    type Plant = fn(&mut Facts);
    let planted: &[(Plant, &[(About, &str)])] = &[
        (
            |it| files(it).lives = false,
            &[(About::Life, "its runner is dead")],
        ),
        (
            |it| {
                files(it).lives = false;
                files(it).marker = Marker::Read(marker());
            },
            &[(About::Ended, "nobody has taken its result")],
        ),
        (
            |it| {
                files(it).lives = false;
                job(it).status = JobStatus::Done;
            },
            &[(About::Ended, "its job is done")],
        ),
        (
            |it| {
                files(it).lives = false;
                job(it).fence = 3;
            },
            &[(About::Ended, "claimed 3 times")],
        ),
        // The checkout is being made.
        (|it| it.files = None, &[]),
    ];
    for (plant, expected) in planted {
        let mut facts = running();
        plant(&mut facts);
        check(&facts, expected);
    }
}

#[test]
fn a_command_is_compared_with_its_job() {
    let mut facts = command();
    change_record(&mut facts, |record| record.end = None);
    check(
        &facts,
        &[(About::Ended, "the database says that the job is over")],
    );
    let mut facts = command();
    files(&mut facts).lives = true;
    change_record(&mut facts, |record| record.end = None);
    check(&facts, &[(About::Life, "the run's runner lives")]);
}

#[test]
fn what_is_in_order_is_no_disagreement() {
    type Change = fn(&mut Facts);
    let changes: &[Change] = &[
        // The work of a run that ended well could not be taken over.
        |it| row(it).outcome = "failed: the branch has moved".to_owned(),
        // Its directory was removed in its time.
        |it| (it.files, it.is_kept) = (None, false),
        // The job went on with the next claim.
        |it| job(it).fence = 3,
        // The checkout failed before there was a run.
        |it| {
            it.files = None;
            row(it).outcome = "failed: no such branch".to_owned();
            row(it).record = RunRecord::default();
        },
        // Bytes were left out, and the logs have lines that say so.
        |it| {
            change_marker(it, |exit| exit.dropped_bytes = 20);
            files(it).stdout_bytes = Some(95);
        },
    ];
    for change in changes {
        let mut facts = agreed();
        change(&mut facts);
        check(&facts, &[]);
    }
}

#[test]
fn a_record_of_a_later_version_has_a_note() {
    let mut facts = agreed();
    files(&mut facts).record = RecordReading::Newer {
        schema: 2,
        content: json!({}),
    };
    check(&facts, &[]);
    assert!(notes(&facts)[0].contains("version 2"), "{:?}", notes(&facts));
    assert_eq!(notes(&agreed()), Vec::<String>::new());
}

#[test]
fn directories_are_kept_for_a_time_and_a_number() {
    let day = |days: i64| Timestamp(days * 86_400_000);
    for (ended, newer, expected) in [(1, 0, true), (1, 499, true), (1, 500, false), (0, 0, false)] {
        assert_eq!(is_kept(day(ended), day(30), newer), expected, "{ended} {newer}");
    }
}
