//! Programs that print what the real ones were recorded to print, run as their providers.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use agent_process::record::{Record, RecordReading};
use agent_process::{CliSettings, ProcessRunner, Provider};
use pipeline_core::id::AccountId;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::runner::{RunEnd, RunSpec, RunWork, Runner as _};
use pipeline_core::run::{FailureCause, FailureClass};

use crate::bench::{Bench, end_of};

/// The recorded stdout and exit code.
fn recorded(sample: &str) -> (String, i32) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agent-cli");
    let text = fs::read_to_string(folder.join(sample)).unwrap();
    let exit = text
        .lines()
        .find_map(|line| line.strip_prefix("# exit: "))
        .unwrap();
    let (_, outputs) = text.split_once("## stdout\n").unwrap();
    let (stdout, _) = outputs.split_once("## stderr").unwrap();
    let code = exit.split(' ').next().unwrap().parse().unwrap();
    (format!("{}\n", stdout.trim_end()), code)
}

/// A program that keeps what it was started with and prints this.
fn program(bench: &Bench, sample: &str) -> CliSettings {
    let (stdout, code) = recorded(sample);
    let place = |name: &str| bench.folder().join(name);
    fs::write(place("printed"), stdout).unwrap();
    let script = format!(
        "#!/bin/sh\ncat > {stdin}\nprintf '%s\\n' \"$@\" > {argv}\nenv > {env}\ncat {printed}\nexit {code}\n",
        stdin = place("stdin").display(),
        argv = place("argv").display(),
        env = place("env").display(),
        printed = place("printed").display(),
    );
    fs::write(place("program"), script).unwrap();
    fs::set_permissions(place("program"), fs::Permissions::from_mode(0o700)).unwrap();
    let mut cli = CliSettings::new(place("program").display().to_string());
    cli.env.insert("SOME_KEY".to_owned(), "s3cret".to_owned());
    cli
}

fn runner(bench: &Bench, provider: &Provider) -> ProcessRunner {
    let mut settings = bench.settings(agent_process::AgentCommand::shell("exit 1"));
    for project in settings.projects.values_mut() {
        project.agents = [(AccountId::shared("command"), provider.clone())].into();
    }
    ProcessRunner::new(settings)
}

fn record(bench: &Bench, run: &str) -> Record {
    match Record::read(&bench.run_dir(run)).unwrap() {
        RecordReading::Read(record) => *record,
        other @ (RecordReading::Newer { .. } | RecordReading::Missing | RecordReading::Broken(_)) => {
            panic!("{other:?}")
        }
    }
}

fn kept(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.folder().join(name)).unwrap()
}

async fn ended(bench: &Bench, provider: Provider) -> RunEnd {
    end_of(&runner(bench, &provider), &bench.agent("7-1-1")).await
}

#[tokio::test]
async fn claude_code_works_and_its_record_says_what_it_cost() {
    let bench = Bench::new();
    let end = ended(
        &bench,
        Provider::Claude(program(&bench, "claude-write-stream.txt")),
    )
    .await;
    assert_eq!(end.failure, None);
    assert_eq!(
        (end.record.usage.input_tokens, end.record.usage.output_tokens),
        (200, 40)
    );
    assert_eq!(end.record.model.as_deref(), Some("claude-sonnet-4-5"));
    assert_eq!(end.record.summary, "Review written.");
    assert!(!end.record.cost_is_estimated);
    assert_eq!(kept(&bench, "stdin"), "Build it.\n");
    assert_eq!(
        fs::read_to_string(bench.run_dir("7-1-1").join("system-prompt.md")).unwrap(),
        "You are the developer.\n"
    );
    assert!(kept(&bench, "env").contains("SOME_KEY=s3cret"));
    let activity = bench
        .log()
        .activity(&crate::bench::id("7-1-1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(activity.last_tool.as_deref(), Some("Write"));
    let record = record(&bench, "7-1-1");
    assert_eq!(record.provider.as_deref(), Some("claude"));
    assert_eq!(record.versions.provider.as_deref(), Some("2.1.329"));
    let end = record.end.unwrap();
    assert_eq!((end.exit_reason.as_str(), end.cause), ("success", None));
}

#[tokio::test]
async fn a_usage_limit_is_a_passing_failure_that_knows_its_end() {
    let bench = Bench::new();
    let sample = "claude-429-usage-limit-oauth.txt";
    let failure = ended(&bench, Provider::Claude(program(&bench, sample)))
        .await
        .failure
        .unwrap();
    assert_eq!(
        (failure.class, failure.cause),
        (FailureClass::Transient, FailureCause::UsageLimit)
    );
    assert_eq!(failure.resets_at.unwrap().0, 1_795_244_930_000);
    assert!(failure.retry_after.is_some());
    let end = record(&bench, "7-1-1").end.unwrap();
    assert_eq!(
        (end.exit_reason.as_str(), end.cause),
        ("transient", Some(FailureCause::UsageLimit))
    );
}

#[tokio::test]
async fn codex_cli_works_and_its_cost_is_estimated() {
    let bench = Bench::new();
    let mut cli = program(&bench, "codex-text.txt");
    cli.model = Some("gpt-5.2-codex".to_owned());
    let end = ended(&bench, Provider::Codex(cli)).await;
    assert_eq!(end.failure, None);
    assert!(end.record.cost_is_estimated && end.record.usage.cost_usd > 0.0);
    assert_eq!(kept(&bench, "stdin"), "You are the developer.\n\nBuild it.\n");
    let end = record(&bench, "7-1-1").end.unwrap();
    assert!(end.cost_is_estimated);
    assert_eq!(end.session_totals.unwrap().cache_read_input_tokens, 5_000);
}

#[tokio::test]
async fn opencode_works() {
    let bench = Bench::new();
    let end = ended(&bench, Provider::Opencode(program(&bench, "opencode-write.txt"))).await;
    assert_eq!(end.failure, None);
    assert_eq!(
        (end.record.usage.input_tokens, end.record.summary.as_str()),
        (300, "Review written.")
    );
}

#[tokio::test]
async fn opencode_that_stopped_at_a_question_has_not_succeeded() {
    let bench = Bench::new();
    let end = ended(&bench, Provider::Opencode(program(&bench, "opencode-deny.txt"))).await;
    let failure = end.failure.unwrap();
    assert_eq!(failure.cause, FailureCause::PermissionDenied);
    assert!(
        failure
            .message
            .starts_with("the agent was denied permissions (bash)"),
        "{}",
        failure.message
    );
    assert_eq!(record(&bench, "7-1-1").end.unwrap().denied, ["bash"]);
}

#[tokio::test]
async fn gemini_cli_works_with_settings_in_a_home_of_its_own() {
    let bench = Bench::new();
    let mut cli = program(&bench, "gemini-write-stream.txt");
    cli.config_home = Some(bench.folder().join("home"));
    let end = ended(&bench, Provider::Gemini(cli)).await;
    assert_eq!(end.failure, None);
    assert_eq!(end.record.model.as_deref(), Some("gemini-2.5-pro"));
    assert!(bench.folder().join("home/.gemini/settings.json").is_file());
}

/// Of a session, and of a version that the preflight found.
fn with_session(mut spec: RunSpec, id: &str) -> RunSpec {
    let RunWork::Agent { resume, version, .. } = &mut spec.work else {
        panic!("an agent's run");
    };
    (*resume, *version) = (Some(id.to_owned()), Some("9.8.7".to_owned()));
    spec
}

#[tokio::test]
async fn a_resumed_session_costs_only_what_was_added() {
    let bench = Bench::new();
    let first = Provider::Claude(program(&bench, "claude-session-1-new.txt"));
    let first = ended(&bench, first).await;
    let argv = kept(&bench, "argv");
    assert!(
        argv.contains("--session-id\n") && !argv.contains("--resume"),
        "{argv}"
    );
    let session = first.record.session.unwrap();
    let second = Provider::Claude(program(&bench, "claude-session-3-resume.txt"));
    let spec = with_session(bench.agent("7-2-1"), &session);
    let second = end_of(&runner(&bench, &second), &spec).await;
    assert!(kept(&bench, "argv").contains(&format!("--resume\n{session}\n")));
    assert_eq!(second.record.usage.input_tokens, 100);
    assert!((second.record.usage.cost_usd - 0.0006).abs() < 1e-9);
    assert_eq!(second.record.session_totals.unwrap().input_tokens, 200);
    let record = record(&bench, "7-2-1");
    assert_eq!(record.versions.provider.as_deref(), Some("9.8.7"));
    assert_eq!(record.end.unwrap().fallback_notes, Vec::<String>::new());
}

#[tokio::test]
async fn a_run_is_judged_by_the_provider_that_it_was_started_with() {
    let bench = Bench::new();
    let provider = Provider::Codex(program(&bench, "codex-quota.txt"));
    let spec = bench.agent("7-1-1");
    runner(&bench, &provider).start(&spec).await.unwrap();
    let end = bench.restarted().wait(&spec.run).await.unwrap();
    let failure = crate::bench::ended(end).failure.unwrap();
    assert_eq!(
        (failure.class, failure.cause),
        (FailureClass::Permanent, FailureCause::Billing)
    );
}
