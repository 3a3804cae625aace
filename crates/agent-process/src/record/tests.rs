use pipeline_core::run::{FailureCause, FailureClass, RunFailure};
use process::{EndReason, ExitRecord, ResourceSource};

use super::reason::Report;
use super::*;

/// The contract: names, words and forms. It changes only together with [`SCHEMA`], or by new fields.
const GOLDEN: &str = include_str!("golden.json");

fn machine(cpu_ms: u64) -> MachineState {
    MachineState {
        source: ResourceSource::Proc,
        cpu_ms: Some(cpu_ms),
        memory_bytes: Some(2_048),
        memory_limit_bytes: Some(4_096),
        note: "of the whole machine: the control group of the daemon could not be read".to_owned(),
    }
}

fn record() -> Record {
    let run: RunId = "7-3-2".parse().unwrap();
    Record {
        schema: SCHEMA,
        run,
        task: run.job.task,
        project: ProjectId::new("demo"),
        kind: RecordKind::Agent,
        work_item: Some(WorkItemId::new("DEMO-001")),
        role: Some(Role::new("developer")),
        stage: Some(StageName::new("development")),
        fence: run.fence,
        queue: QueueTimes {
            queued_at: Timestamp(1_000),
            claimed_at: Timestamp(3_500),
            waited_ms: 2_500,
        },
        attempt: Some(1),
        attempts_allowed: Some(2),
        started_at: Timestamp(4_000),
        provider: Some("command".to_owned()),
        argv: ["sh", "-c", "agent --token ***"].map(str::to_owned).to_vec(),
        versions: Versions {
            orchd: "0.1.0".to_owned(),
            provider: None,
        },
        limits: "wall 3600 s, TERM + 20 s, stall 900 s warn / 1800 s kill, output 64 MiB each, line 64 KiB"
            .to_owned(),
        resources_before: machine(100),
        end: Some(end()),
    }
}

fn end() -> End {
    End {
        ended_at: Timestamp(9_000),
        harvested_at: Timestamp(9_010),
        exit_reason: ExitReason::SuccessAfterGrace,
        error: None,
        cause: None,
        exit_code: None,
        signal: Some(15),
        success_detected_at: Some(Timestamp(8_500)),
        marker_detected: true,
        marker_wait_s: Some(0.5),
        resources_after: machine(350),
        resources_used: ResourceUse {
            source: ResourceSource::Cgroup,
            cpu_ms: Some(200),
            peak_rss_bytes: Some(1_024),
            note: String::new(),
        },
        stdout_bytes: Some(120),
        stderr_bytes: Some(0),
        usage: Usage {
            input_tokens: 1,
            output_tokens: 2,
            cache_read_input_tokens: 3,
            cache_creation_input_tokens: 4,
            cost_usd: 0.25,
        },
        cost_is_estimated: true,
        model: Some("some-model".to_owned()),
        session_id: Some("s-1".to_owned()),
        session_totals: None,
        denied: vec!["Bash".to_owned()],
        retries: 2,
        fallback_notes: vec!["something was done without".to_owned()],
    }
}

fn read(json: &Value) -> RecordReading {
    Record::parse(json.to_string().as_bytes())
}

#[test]
fn the_contract_is_as_documented() {
    let json = serde_json::to_string_pretty(&record()).unwrap();
    assert_eq!(json.trim(), GOLDEN.trim());
    assert_eq!(
        Record::parse(GOLDEN.as_bytes()),
        RecordReading::Read(Box::new(record()))
    );
}

#[test]
fn the_list_of_reasons_is_closed_and_documented() {
    let documentation = include_str!("../../../../docs/RUNS.md");
    for reason in ExitReason::ALL {
        let word = reason.as_str();
        assert_eq!(serde_json::to_value(reason).unwrap(), word);
        assert!(
            documentation.contains(&format!("\n| `{word}` |")),
            "docs/RUNS.md does not have {word}"
        );
    }
    for cause in FailureCause::ALL {
        let row = format!("\n| `{}` | {} |", cause.as_str(), cause.advice());
        assert!(documentation.contains(&row), "docs/RUNS.md does not have {row}");
    }
}

/// The part of the documentation that describes the record.
fn documented() -> &'static str {
    let documentation = include_str!("../../../../docs/RUNS.md");
    let (_, from) = documentation.split_once("\n## The record: `run.json`").unwrap();
    from.split_once("\n## ").map_or(from, |(record, _)| record)
}

#[test]
fn every_field_is_documented_and_nothing_else_is() {
    let documentation = documented();
    let mut fields = std::collections::BTreeSet::new();
    names(&serde_json::to_value(record()).unwrap(), &mut fields);
    for name in &fields {
        assert!(
            documentation.contains(&format!("`{name}`")),
            "docs/RUNS.md does not have the field {name}"
        );
    }
    let (tables, _) = documentation
        .split_once("`exit_reason` is a closed list")
        .unwrap();
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| `"));
    for row in rows {
        let (cell, _) = row.split_once(" |").unwrap();
        for name in cell.split(", ").map(|name| name.trim_matches('`')) {
            assert!(fields.contains(name), "docs/RUNS.md has {name}, a record has not");
        }
    }
}

/// Of all objects in it.
fn names(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            found.insert(name.clone());
            names(value, found);
        }
    }
}

#[test]
fn the_documented_reasons_are_those_that_there_are() {
    let (_, lists) = documented().split_once("`exit_reason` is a closed list").unwrap();
    let (list, _) = lists.split_once("`cause` is a closed list").unwrap();
    let words: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(word, _)| word)
        .collect();
    assert_eq!(words, ExitReason::ALL.map(ExitReason::as_str));
}

#[test]
fn what_a_later_version_wrote_is_read_as_far_as_it_is_understood() {
    let mut json = serde_json::to_value(record()).unwrap();
    json["weather"] = "fair".into();
    json["end"]["moon"] = 3.into();
    assert_eq!(read(&json), RecordReading::Read(Box::new(record())));
    json["schema"] = 2.into();
    json["end"]["exit_reason"] = "bored".into();
    assert_eq!(
        read(&json),
        RecordReading::Newer {
            schema: 2,
            content: json
        }
    );
}

#[test]
fn what_is_missing_is_not_known() {
    let mut json = serde_json::to_value(record()).unwrap();
    let fields = json.as_object_mut().unwrap();
    for name in [
        "work_item",
        "role",
        "stage",
        "attempt",
        "attempts_allowed",
        "provider",
        "end",
    ] {
        fields.remove(name).unwrap();
    }
    let RecordReading::Read(found) = read(&json) else {
        panic!("{:?}", read(&json));
    };
    assert_eq!((found.role, found.end), (None, None));
}

#[test]
fn what_is_no_record_is_told_without_quoting_it() {
    for json in [
        "{\"schema\": 1, \"run\": \"secret\"",
        "\0\0",
        "[]",
        "{\"schema\":1,\"run\":\"secret\"}",
    ] {
        let RecordReading::Broken(text) = Record::parse(json.as_bytes()) else {
            panic!("{json} is a record");
        };
        assert!(text.contains("line 1") && !text.contains("secret"), "{text}");
    }
}

fn exit(reason: EndReason, exit_code: Option<i32>, signal: Option<i32>) -> ExitRecord {
    let json = r#"{"exit_code":null,"signal":null,"reason":"exited","error":null,"started_at_ms":1,"finished_at_ms":2,
        "stdout_bytes":0,"stderr_bytes":0,"dropped_bytes":0,"processes_killed":0}"#;
    ExitRecord {
        reason,
        exit_code,
        signal,
        ..serde_json::from_str(json).unwrap()
    }
}

#[test]
fn each_end_has_one_word() {
    let failure = |class| Some(RunFailure::of_class(class, ""));
    let agent = || failure(FailureClass::Agent);
    let code = |code| Some(exit(EndReason::Exited, Some(code), None));
    let stopped = |reason| Some(exit(reason, None, Some(15)));
    for (exit, failure, report, expected) in [
        (code(0), None, Report::Made, "success"),
        (None, None, Report::Made, "success"),
        (
            stopped(EndReason::Lingered),
            None,
            Report::Made,
            "success_after_grace",
        ),
        (stopped(EndReason::Lingered), agent(), Report::Made, "agent_error"),
        (code(0), agent(), Report::Made, "agent_error"),
        (code(1), agent(), Report::Missing, "agent_error"),
        (None, agent(), Report::Made, "agent_error"),
        (code(0), agent(), Report::MadeWithDenials, "permission_denied"),
        (None, agent(), Report::MadeWithDenials, "permission_denied"),
        (code(1), agent(), Report::MadeWithDenials, "agent_error"),
        (
            stopped(EndReason::Lingered),
            agent(),
            Report::MadeWithDenials,
            "permission_denied",
        ),
        (code(0), agent(), Report::Missing, "no_record"),
        (code(3), None, Report::Missing, "command_failed"),
        (stopped(EndReason::Exited), agent(), Report::Missing, "killed"),
        (
            code(75),
            failure(FailureClass::Transient),
            Report::Missing,
            "transient",
        ),
        (
            code(78),
            failure(FailureClass::Permanent),
            Report::Made,
            "misconfigured",
        ),
        (stopped(EndReason::Timeout), agent(), Report::Missing, "timeout"),
        (stopped(EndReason::Timeout), None, Report::Missing, "timeout"),
        (stopped(EndReason::Stalled), agent(), Report::Made, "stalled"),
        (
            stopped(EndReason::Cancelled),
            failure(FailureClass::Transient),
            Report::Missing,
            "cancelled",
        ),
        (
            stopped(EndReason::Interrupted),
            failure(FailureClass::Transient),
            Report::Missing,
            "interrupted",
        ),
        (
            stopped(EndReason::SpawnFailed),
            failure(FailureClass::Permanent),
            Report::Missing,
            "spawn_failed",
        ),
    ] {
        let found = reason::of_end(exit.as_ref(), failure.as_ref(), report);
        assert_eq!(found.as_str(), expected, "{exit:?} {failure:?}");
    }
}
