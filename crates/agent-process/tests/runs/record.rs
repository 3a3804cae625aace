//! The records of real runs.

use std::fs;

use agent_process::AgentCommand;
use agent_process::record::{ExitReason, Record, RecordKind, RecordReading};
use pipeline_core::port::runner::{RunStatus, Runner};

use crate::bench::{Bench, DONE, end_of, ended};

const SECRET: &str = "sk-live-0123456789";

fn record(bench: &Bench, run: &str) -> Record {
    match Record::read(&bench.run_dir(run)).unwrap() {
        RecordReading::Read(record) => *record,
        other @ (RecordReading::Missing | RecordReading::Newer { .. } | RecordReading::Broken(_)) => {
            panic!("run {run} has {other:?}")
        }
    }
}

fn reason(bench: &Bench, run: &str) -> Option<ExitReason> {
    record(bench, run).end.map(|end| end.exit_reason)
}

#[tokio::test]
async fn a_record_is_there_while_the_run_lives_and_its_end_is_added_once() {
    let bench = Bench::new();
    bench.fifo("go");
    let spec = bench.agent("1-2-3");
    let said = r#"echo '{"type":"result","usage":{"output_tokens":7},"total_cost_usd":0.5,"model":"m","session_id":"s"}'"#;
    let runner = bench.runner(&format!("read word < go; {said}"));
    runner.start(&spec).await.unwrap();
    let opened = record(&bench, "1-2-3");
    assert_eq!(
        (opened.kind, opened.fence, opened.end.as_ref()),
        (RecordKind::Agent, 3, None)
    );
    assert_eq!(
        (opened.queue.waited_ms, opened.attempt, opened.attempts_allowed),
        (2_500, Some(1), Some(2))
    );
    assert_eq!(
        opened.limits,
        "wall 600 s, TERM + 600 s, no stall limit, output 1 MiB each, line 64 KiB"
    );
    fs::write(bench.path("go"), "on\n").unwrap();
    ended(runner.wait(&spec.run).await.unwrap());
    let closed = record(&bench, "1-2-3");
    let end = closed.end.clone().unwrap();
    assert_eq!(
        (end.exit_reason, end.exit_code, end.marker_detected),
        (ExitReason::Success, Some(0), true)
    );
    assert_eq!(
        (
            end.usage.output_tokens,
            end.model.as_deref(),
            end.session_id.as_deref()
        ),
        (7, Some("m"), Some("s"))
    );
    assert!(end.success_detected_at.is_some() && end.marker_wait_s.is_some_and(|wait| wait >= 0.0));
    assert!(end.ended_at >= closed.started_at && end.harvested_at >= end.ended_at);
    assert!(end.fallback_notes.is_empty(), "{:?}", end.fallback_notes);
    assert_eq!(
        Record {
            end: None,
            ..closed.clone()
        },
        opened
    );
    bench.restarted().status(&spec.run).await.unwrap();
    assert_eq!(record(&bench, "1-2-3"), closed, "a second look changes nothing");
}

#[tokio::test]
async fn the_record_says_in_one_word_how_it_ended() {
    for (script, expected) in [
        (DONE, ExitReason::Success),
        ("exit 1", ExitReason::AgentError),
        (
            r#"echo '{"type":"result","is_error":true}'"#,
            ExitReason::AgentError,
        ),
        (
            r#"echo '{"type":"result","permission_denials":[{"tool_name":"Bash"}]}'"#,
            ExitReason::PermissionDenied,
        ),
        ("true", ExitReason::NoRecord),
        ("kill -9 $$", ExitReason::Killed),
        ("exit 75", ExitReason::Transient),
        ("exit 78", ExitReason::Misconfigured),
    ] {
        let bench = Bench::new();
        end_of(&bench.runner(script), &bench.agent("1-1-1")).await;
        assert_eq!(reason(&bench, "1-1-1"), Some(expected), "{script}");
    }
    let bench = Bench::new();
    for (run, script, expected) in [
        ("1-1-1", "true", ExitReason::Success),
        ("1-2-1", "exit 3", ExitReason::CommandFailed),
    ] {
        end_of(&bench.runner("exit 1"), &bench.command(run, script)).await;
        assert_eq!(reason(&bench, run), Some(expected), "{script}");
    }
}

#[tokio::test]
async fn a_run_that_is_called_off_or_takes_too_long_says_so() {
    let bench = Bench::new();
    bench.fifo("born");
    let runner = bench.runner("echo > born; exec sleep 1000");
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    bench.text("born");
    runner.cancel(&spec.run).await.unwrap();
    runner.wait(&spec.run).await.unwrap();
    assert_eq!(reason(&bench, "1-1-1"), Some(ExitReason::Cancelled));
    let mut spec = bench.command("1-2-1", "exec sleep 1000");
    spec.timeout = std::time::Duration::from_millis(50);
    end_of(&runner, &spec).await;
    assert_eq!(reason(&bench, "1-2-1"), Some(ExitReason::Timeout));
}

#[tokio::test]
async fn a_run_that_is_taken_without_its_marker_has_a_note() {
    let bench = Bench::new();
    bench.fifo("said");
    let script = format!(
        "{DONE}; until grep -q done \"$ORCHD_RUN_DIR/stdout.log\"; do :; done; echo > said; exec sleep 1000"
    );
    let spec = bench.agent("1-1-1");
    bench.runner(&script).start(&spec).await.unwrap();
    bench.text("said");
    bench.kill_runner("1-1-1");
    ended(bench.restarted().wait(&spec.run).await.unwrap());
    let end = record(&bench, "1-1-1").end.unwrap();
    assert_eq!(
        (end.exit_reason, end.exit_code, end.marker_detected),
        (ExitReason::Success, None, false)
    );
    assert!(end.marker_wait_s.is_some() && end.success_detected_at.is_some());
    let notes = end.fallback_notes.join("\n");
    assert!(
        notes.contains("harvested without marker: complete result record and the runner dead"),
        "{notes}"
    );
}

#[tokio::test]
async fn a_lost_run_has_an_end() {
    let bench = Bench::new();
    bench.fifo("born");
    let spec = bench.agent("1-1-1");
    bench
        .runner("echo > born; exec sleep 1000")
        .start(&spec)
        .await
        .unwrap();
    bench.text("born");
    bench.kill_runner("1-1-1");
    assert_eq!(bench.restarted().wait(&spec.run).await, Ok(RunStatus::Lost));
    let end = record(&bench, "1-1-1").end.unwrap();
    assert_eq!(
        (end.exit_reason, end.marker_detected, end.success_detected_at),
        (ExitReason::Lost, false, None)
    );
}

/// Nobody asks how it stands: the job is settled with the error.
#[tokio::test]
async fn the_record_of_a_run_whose_runner_died_at_once_has_an_end() {
    let bench = Bench::new();
    let mut settings = bench.settings(AgentCommand::shell(DONE));
    settings.runner_exe = "/bin/false".into();
    let refused = agent_process::ProcessRunner::new(settings)
        .start(&bench.agent("1-1-1"))
        .await;
    assert!(
        matches!(refused, Err(pipeline_core::port::PortError::Retry { .. })),
        "{refused:?}"
    );
    assert_eq!(reason(&bench, "1-1-1"), Some(ExitReason::NeverBegan));
}

#[tokio::test]
async fn a_run_that_never_began_may_begin_later() {
    let bench = Bench::new();
    let spec = bench.agent("1-1-1");
    let mut settings = bench.settings(AgentCommand::shell(DONE));
    settings.runner_exe = "/nowhere/orchd".into();
    let broken = agent_process::ProcessRunner::new(settings);
    broken.start(&spec).await.unwrap_err();
    // Not asked for at once: a program that another test begins at this moment holds a copy of the run's lock until it has replaced this one.
    assert_eq!(broken.wait(&spec.run).await, Ok(RunStatus::NeverBegan));
    assert_eq!(reason(&bench, "1-1-1"), Some(ExitReason::NeverBegan));
}

#[tokio::test]
async fn a_run_that_nobody_started_leaves_no_record() {
    let bench = Bench::new();
    let spec = bench.agent("1-1-1");
    assert_eq!(
        bench.restarted().status(&spec.run).await,
        Ok(RunStatus::NeverBegan)
    );
    assert_eq!(
        Record::read(&bench.run_dir("1-1-1")).unwrap(),
        RecordReading::Missing
    );
}

#[tokio::test]
async fn no_secret_of_the_environment_or_the_command_line_is_in_the_record() {
    let bench = Bench::new();
    let env = [("AGENT_TOKEN".to_owned(), SECRET.to_owned())].into();
    let line = format!("PASSWORD={SECRET}1 sh -c true --token {SECRET}2; echo {SECRET} >&2; {DONE}");
    let agent = AgentCommand::shell(&line).with_env(env);
    let runner = agent_process::ProcessRunner::new(bench.settings(agent));
    end_of(&runner, &bench.agent("1-1-1")).await;
    let json = fs::read_to_string(bench.run_dir("1-1-1").join("run.json")).unwrap();
    assert!(!json.contains(SECRET), "{json}");
    assert!(json.contains("PASSWORD=***"), "{json}");
    assert!(
        !json.contains("Build it."),
        "the brief is not in the record: {json}"
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_understood_is_left_alone_and_harms_no_result() {
    let bench = Bench::new();
    bench.fifo("go");
    let spec = bench.agent("1-1-1");
    let runner = bench.runner(&format!("read word < go; {DONE}"));
    runner.start(&spec).await.unwrap();
    let path = bench.run_dir("1-1-1").join("run.json");
    fs::write(&path, "{\"schema\": 9}").unwrap();
    fs::write(bench.path("go"), "on\n").unwrap();
    let end = ended(runner.wait(&spec.run).await.unwrap());
    assert_eq!(end.failure, None);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"schema\": 9}");
}
