//! The records that real runs leave: every field that can be known is filled, and record, marker, log and database agree.

use app::runs::verify::{Facts, disagreements};
use app::runs::{End, ExitReason, Record, RecordReading};
use pipeline_core::id::{IssueId, RunId};
use pipeline_core::port::store::jobs::{JobFilter, JobStore};
use pipeline_core::stage::Column;
use process::ResourceSource;
use serde_json::{Value, json};

use crate::processes::{self, kill};
use crate::serving::Serving;

/// Does what the issue's title asks for.
const AGENT: &str = r#"
cat > /dev/null
docs="docs/work-items/$ORCHD_WORK_ITEM"
title=$(cat "$docs/00-business-request.md")
works() {
    for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$docs/$name"; done
    echo '{"type":"result","usage":{"input_tokens":10,"output_tokens":5},"total_cost_usd":0.5,"model":"m-1","session_id":"s-1"}'
}
goes_on() { while [ -d "$PLACE" ]; do echo tick >&2; sleep 0.1; done; }
case "$title" in
    *"work to its end"*) works ;;
    *"be called off"*) goes_on ;;
    *"take too long"*) goes_on ;;
    *"do nothing"*) exec sleep 100 ;;
    *"be lost"*) case "$ORCHD_RUN_ID" in *-1) goes_on ;; *) works ;; esac ;;
    *"be salvaged"*) works; goes_on ;;
esac
"#;

/// Fields that a run of an agent of this provider cannot have.
const NEVER: [&str; 2] = ["/versions/provider", "/end/session_totals"];

/// What only a run that ended well, and said what it had cost, has.
const OF_SUCCESS: [&str; 4] = [
    "/end/success_detected_at",
    "/end/marker_wait_s",
    "/end/model",
    "/end/session_id",
];

#[test]
fn a_run_that_worked_to_its_end() {
    let mut serving = Serving::with(AGENT, &json!({}));
    let issue = serving.issue("It shall work to its end");
    serving.until_it_stands(&issue, "analysis/waiting-human");
    let end = closed(&mut serving, &issue, "1-1-1");
    assert_eq!(end.exit_reason, ExitReason::Success);
    assert_eq!((end.exit_code, end.signal, end.error), (Some(0), None, None));
    assert!(end.fallback_notes.is_empty(), "{:?}", end.fallback_notes);
    lacks(&serving, "1-1-1", &["/end/error", "/end/cause", "/end/signal"]);
    let limits = record(&serving, "1-1-1").limits;
    assert!(limits.starts_with("wall 3600 s, TERM + "), "{limits}");
}

#[test]
fn a_run_that_was_called_off() {
    let mut serving = Serving::with(AGENT, &json!({}));
    let issue = serving.issue("It shall be called off");
    let run = living(&mut serving);
    serving.moves(&issue, Column::Cancelled);
    serving.until_it_stands(&issue, "analysis/cancelled");
    let end = closed(&mut serving, &issue, &run);
    assert_eq!((end.exit_reason, end.signal), (ExitReason::Cancelled, Some(15)));
    assert!(end.stderr_bytes > Some(0));
    lacks(&serving, &run, &[&OF_SUCCESS[..], &["/end/exit_code"]].concat());
}

#[test]
fn a_run_that_took_too_long() {
    let settings = json!({"agent_timeout_overrides": {"analyst": 1}, "agent_kill_grace_seconds": 1});
    let mut serving = Serving::with(AGENT, &settings);
    let issue = serving.issue("It shall take too long");
    serving.until_it_stands(&issue, "analysis/blocked");
    let end = closed(&mut serving, &issue, "1-1-1");
    assert_eq!((end.exit_reason, end.signal), (ExitReason::Timeout, Some(15)));
    assert!(end.error.unwrap().contains("its time limit"));
    lacks(
        &serving,
        "1-1-1",
        &[&OF_SUCCESS[..], &["/end/exit_code"]].concat(),
    );
    let record = record(&serving, "1-1-1");
    assert!(
        record.limits.starts_with("wall 1 s, TERM + 1 s, stall"),
        "{}",
        record.limits
    );
}

#[test]
fn a_run_that_did_nothing() {
    let settings = json!({"agent_stall_seconds": 1, "agent_kill_grace_seconds": 1});
    let mut serving = Serving::with(AGENT, &settings);
    let issue = serving.issue("It shall do nothing");
    serving.until_it_stands(&issue, "analysis/blocked");
    let end = closed(&mut serving, &issue, "1-1-1");
    assert_eq!((end.exit_reason, end.signal), (ExitReason::Stalled, Some(15)));
    assert!(end.error.unwrap().contains("it printed nothing"));
    lacks(
        &serving,
        "1-1-1",
        &[&OF_SUCCESS[..], &["/end/exit_code"]].concat(),
    );
}

#[test]
fn a_run_whose_runner_was_killed_is_lost_and_made_again() {
    let mut serving = Serving::with(AGENT, &json!({}));
    let issue = serving.issue("It shall be lost");
    let run = living(&mut serving);
    noticed(&mut serving, &run);
    kill(processes::runner(&serving.places().runs().join(&run)).unwrap());
    serving.until_it_stands(&issue, "analysis/waiting-human");
    let end = closed(&mut serving, &issue, &run);
    assert_eq!((end.exit_reason, end.marker_detected), (ExitReason::Lost, false));
    assert_eq!(end.resources_used.source, ResourceSource::Proc);
    assert!(!end.fallback_notes.is_empty());
    let without_marker = [
        "/end/cause",
        "/end/exit_code",
        "/end/signal",
        "/end/stdout_bytes",
        "/end/stderr_bytes",
        "/end/error",
    ];
    lacks(&serving, &run, &[&OF_SUCCESS[..], &without_marker].concat());
    let again = closed(&mut serving, &issue, "1-1-2");
    assert_eq!(again.exit_reason, ExitReason::Success);
    assert_eq!(record(&serving, "1-1-2").fence, 2);
}

#[test]
fn a_run_that_had_said_everything_when_its_runner_was_killed_is_taken() {
    let mut serving = Serving::with(AGENT, &json!({}));
    let issue = serving.issue("It shall be salvaged");
    let run = living(&mut serving);
    noticed(&mut serving, &run);
    kill(processes::runner(&serving.places().runs().join(&run)).unwrap());
    serving.until_it_stands(&issue, "analysis/waiting-human");
    let end = closed(&mut serving, &issue, &run);
    assert_eq!(
        (end.exit_reason, end.marker_detected),
        (ExitReason::Success, false)
    );
    let notes = end.fallback_notes.join("; ");
    assert!(notes.contains("harvested without marker"), "{notes}");
    let without_marker = [
        "/end/cause",
        "/end/exit_code",
        "/end/signal",
        "/end/stdout_bytes",
        "/end/stderr_bytes",
        "/end/error",
    ];
    lacks(&serving, &run, &without_marker);
    assert_eq!(serving.runs(&issue).len(), 1, "it is not made again");
}

/// The one run that lives.
fn living(serving: &mut Serving) -> String {
    serving.until("a run to live", |this| {
        let runs = processes::living_runs(&this.data());
        let [run] = runs.as_slice() else { return None };
        Some(run.file_name().unwrap().to_string_lossy().into_owned())
    })
}

/// Its runner has seen something of it, and all that it has to say.
fn noticed(serving: &mut Serving, run: &str) {
    let folder = serving.places().runs().join(run);
    serving.until("the agent to go on", |_| {
        let progress = process::read_progress(&folder).unwrap()?;
        (progress.stderr_bytes > 0 && progress.cpu_ms > 0).then_some(())
    });
}

/// The end of a run's record, when everybody is done with it; what is known of the run agrees.
fn closed(serving: &mut Serving, issue: &IssueId, run: &str) -> End {
    let id: RunId = run.parse().unwrap();
    let facts = serving.until("the run's end is recorded", |this| {
        let row = this.runs(issue).into_iter().find(|row| row.run == id);
        row.as_ref()?.finished_at?;
        let jobs = crate::patience::block_on(this.store().jobs(JobFilter::OfTask(id.job.task)));
        Some(Facts {
            run: id,
            row,
            job: jobs.unwrap().into_iter().find(|job| job.id == id.job),
            files: app::runs::look(&this.places(), &id).unwrap(),
            is_kept: true,
        })
    });
    assert_eq!(disagreements(&facts), []);
    record(serving, run).end.unwrap()
}

fn record(serving: &Serving, run: &str) -> Record {
    let files = app::runs::look(&serving.places(), &run.parse().unwrap());
    match files.unwrap().unwrap().record {
        RecordReading::Read(record) => *record,
        other @ (RecordReading::Newer { .. } | RecordReading::Missing | RecordReading::Broken(_)) => {
            panic!("{run}: {other:?}")
        }
    }
}

/// Exactly these fields are not known.
fn lacks(serving: &Serving, run: &str, fields: &[&str]) {
    let record = serde_json::to_value(record(serving, run)).unwrap();
    let mut unknown = Vec::new();
    nulls(&record, "", &mut unknown);
    // A machine may have no limit, and a group or process table may not tell everything.
    unknown.retain(|name| !name.starts_with("/resources_before/") && !name.starts_with("/end/resources_"));
    let mut expected: Vec<String> = fields
        .iter()
        .chain(&NEVER)
        .map(|name| (*name).to_owned())
        .collect();
    unknown.sort();
    expected.sort();
    assert_eq!(unknown, expected, "{record:#}");
    for machine in ["/resources_before", "/end/resources_after", "/end/resources_used"] {
        let machine = record.pointer(machine).unwrap();
        assert_ne!(machine["source"], "none", "{machine}");
        assert!(machine["cpu_ms"].is_number(), "{machine}");
    }
}

fn nulls(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(name.to_owned()),
        Value::Object(fields) => {
            for (field, value) in fields {
                nulls(value, &format!("{name}/{field}"), found);
            }
        }
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
