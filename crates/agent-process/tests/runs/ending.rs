//! How runs end, and what is said of them.

use std::fs;
use std::time::Duration;

use agent_process::{AgentCommand, ProcessRunner};
use pipeline_core::port::runner::{RunStatus, Runner};
use pipeline_core::run::FailureClass;
use rustix::process::Signal;

use crate::bench::{Bench, DONE, end_of, ended, id};

#[tokio::test]
async fn an_agents_record_is_reported_with_its_exit_code_and_output() {
    let bench = Bench::new();
    let script = r#"echo working; echo note >&2
        echo '{"type":"result","result":"built","model":"m","session_id":"s","total_cost_usd":0.5,"usage":{"output_tokens":7}}'"#;
    let end = end_of(&bench.runner(script), &bench.agent("1-1-1")).await;
    let record = &end.record;
    assert_eq!((end.failure, end.timed_out, end.cancelled), (None, false, false));
    assert_eq!((record.exit_code, record.summary.as_str()), (Some(0), "built"));
    assert_eq!((record.usage.output_tokens, record.usage.cost_usd), (7, 0.5));
    assert_eq!(
        (record.model.as_deref(), record.session.as_deref()),
        (Some("m"), Some("s"))
    );
    assert!(end.log_tail.starts_with("working\n{") && end.log_tail.ends_with("--- stderr ---\nnote\n"));
}

#[tokio::test]
async fn the_way_an_agent_ends_decides_the_class_of_its_failure() {
    let bench = Bench::new();
    for (number, script, class) in [
        (1, "exit 0", FailureClass::Agent),
        (2, "exit 1", FailureClass::Agent),
        (3, "exit 75", FailureClass::Transient),
        (4, "exit 78", FailureClass::Permanent),
        (5, "kill -9 $$", FailureClass::Agent),
        (6, "no-such-program", FailureClass::Agent),
    ] {
        let spec = bench.agent(&format!("1-{number}-1"));
        let failure = end_of(&bench.runner(script), &spec).await.failure.unwrap();
        assert_eq!(failure.class, class, "{script}: {}", failure.message);
    }
}

#[tokio::test]
async fn an_agent_is_stopped_at_its_time_limit() {
    let bench = Bench::new();
    let mut spec = bench.agent("1-1-1");
    spec.timeout = Duration::from_millis(50);
    let end = end_of(&bench.runner("exec sleep 1000"), &spec).await;
    assert!(end.timed_out);
    let failure = end.failure.unwrap();
    assert_eq!(failure.class, FailureClass::Agent);
    assert_eq!(failure.message, "the agent was stopped after 1s, its time limit");
}

#[tokio::test]
async fn an_agent_that_does_nothing_is_stopped_and_the_reason_told() {
    let bench = Bench::new();
    let mut settings = bench.settings(AgentCommand::shell("echo thinking; exec sleep 1000"));
    settings.stall = Some(Duration::from_millis(300));
    let runner = ProcessRunner::new(settings);
    let end = end_of(&runner, &bench.agent("1-1-1")).await;
    assert!(end.stalled && !end.timed_out && !end.cancelled);
    assert!(
        end.log_tail
            .starts_with("thinking\n[it was stopped: for 1s it printed nothing,")
    );
    let failure = end.failure.unwrap();
    assert_eq!(failure.class, FailureClass::Agent);
    assert!(
        failure.message.starts_with("the agent was stopped: for 1s"),
        "{}",
        failure.message
    );
    let end = end_of(&runner, &bench.command("1-2-1", "exec sleep 1000")).await;
    assert_eq!((end.failure, end.stalled, end.timed_out), (None, true, false));
}

#[tokio::test]
async fn a_run_whose_runner_is_asked_to_end_is_to_be_run_again() {
    let bench = Bench::new();
    bench.fifo("born");
    let spec = bench.agent("1-1-1");
    let runner = bench.runner("echo > born; exec sleep 1000");
    runner.start(&spec).await.unwrap();
    bench.text("born");
    bench.signal_runner("1-1-1", Signal::TERM);
    let end = ended(runner.wait(&spec.run).await.unwrap());
    assert!(!end.cancelled && !end.timed_out);
    assert_eq!(end.failure.unwrap().class, FailureClass::Transient);
}

#[tokio::test]
async fn the_success_of_an_agent_is_looked_for_and_that_of_a_command_is_not() {
    let bench = Bench::new();
    let runner = bench.runner(DONE);
    for (spec, linger) in [
        (bench.agent("1-1-1"), Some(30_000)),
        (bench.command("1-2-1", DONE), None),
    ] {
        end_of(&runner, &spec).await;
        let written = fs::read(bench.run_dir(&spec.run.to_string()).join("spec.json")).unwrap();
        let written: process::RunSpec = serde_json::from_slice(&written).unwrap();
        assert_eq!(written.done.map(|done| done.linger_ms), linger);
    }
}

#[tokio::test]
async fn a_command_that_ran_has_not_failed() {
    let bench = Bench::new();
    let end = end_of(
        &bench.runner(DONE),
        &bench.command("1-1-1", "pwd > where; echo red; exit 3"),
    )
    .await;
    assert_eq!((end.failure, end.record.exit_code), (None, Some(3)));
    assert_eq!(end.log_tail, "red\n");
    assert!(bench.text("where").ends_with("/checkout\n"));
    let mut spec = bench.command("1-2-1", "exec sleep 1000");
    spec.timeout = Duration::from_millis(50);
    let end = end_of(&bench.runner(DONE), &spec).await;
    assert_eq!((end.failure, end.timed_out), (None, true));
    assert_eq!(end.record.exit_code, None);
}

#[tokio::test]
async fn a_run_that_is_called_off_says_so() {
    let bench = Bench::new();
    bench.fifo("born");
    let runner = bench.runner("echo > born; exec sleep 1000");
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    bench.text("born");
    runner.cancel(&spec.run).await.unwrap();
    let end = ended(runner.wait(&spec.run).await.unwrap());
    assert!(end.cancelled);
    assert_eq!(end.failure.unwrap().class, FailureClass::Transient);
}

#[tokio::test]
async fn calling_off_what_is_over_or_never_was_changes_nothing() {
    let bench = Bench::new();
    let runner = bench.runner(DONE);
    let spec = bench.agent("1-1-1");
    let before = end_of(&runner, &spec).await;
    runner.cancel(&spec.run).await.unwrap();
    assert_eq!(ended(runner.status(&spec.run).await.unwrap()), before);
    runner.cancel(&id("9-9-9")).await.unwrap();
    assert!(!bench.run_dir("9-9-9").exists());
}

#[tokio::test]
async fn waiting_ends_with_the_run() {
    let bench = Bench::new();
    bench.fifo("go");
    let runner = bench.runner(&format!("read word < go; {DONE}"));
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    assert_eq!(runner.status(&spec.run).await, Ok(RunStatus::Running));
    let waiting = tokio::spawn({
        let runner = runner.clone();
        async move { runner.wait(&spec.run).await }
    });
    fs::write(bench.path("go"), "on\n").unwrap();
    assert_eq!(ended(waiting.await.unwrap().unwrap()).failure, None);
}

#[tokio::test]
async fn a_run_that_was_never_started_never_began() {
    let bench = Bench::new();
    let runner = bench.runner(DONE);
    assert_eq!(runner.status(&id("1-1-1")).await, Ok(RunStatus::NeverBegan));
    assert_eq!(runner.wait(&id("1-1-1")).await, Ok(RunStatus::NeverBegan));
}
