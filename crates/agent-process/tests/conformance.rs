//! The conformance suites of the runner and the run log, with real processes: the runner program is the example
//! `agent_runner`, built by `cargo test`.
#![allow(clippy::unwrap_used, reason = "a failure here is the failure of a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agent_process::{AgentCommand, ProcessRunLog, ProcessRunner, ProjectRuns, Provider, RunnerSettings};
use async_trait::async_trait;
use pipeline_core::id::{AccountId, ProjectId, RunId, WorkItemId};
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::runner::{RunOccasion, RunSpec, RunWork, Runner};
use pipeline_core::project::Locale;
use pipeline_core::role::Role;
use pipeline_core::stage::StageName;
use tempfile::TempDir;
use testkit::conformance::run_log::{self, RunLogHarness};
use testkit::conformance::runner::{self, Errand, RunnerHarness};

/// What an agent prints that did its work.
const WORKS: &str = r#"echo '{"type":"result","result":"did it","session_id":"session-1"}'"#;

/// What an agent prints that could not.
const FAILS: &str = r#"echo '{"type":"result","is_error":true,"result":"it gave up"}'"#;

/// An agent does what this file in the checkout says, which is written when its run is made ready.
const AGENT: &str = "cat > /dev/null; . ./agent.sh";

/// A folder with runs and a checkout, kept as long as the harness.
struct Harness {
    folder: TempDir,
    runner: Arc<ProcessRunner>,
}

impl Harness {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("checkout")).unwrap();
        let project = ProjectRuns {
            agents: [(
                AccountId::shared("command"),
                Provider::Command(AgentCommand::shell(AGENT)),
            )]
            .into(),
            agents_of_roles: BTreeMap::new(),
            locale: Locale::En,
            command_env: Vec::new(),
        };
        let runner = ProcessRunner::new(RunnerSettings {
            runs_dir: folder.path().join("runs"),
            runner_exe: runner_program(),
            runner_args: vec!["runner".to_owned()],
            projects: [(ProjectId::new("et"), project)].into(),
            kill_grace: Duration::from_secs(600),
            output_cap: 1 << 20,
            stall: None,
            prices: agent_process::Prices::default(),
        });
        Self {
            folder,
            runner: Arc::new(runner),
        }
    }

    /// The path of a file in the checkout.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("checkout").join(name)
    }

    fn agent(&self, line: &str) -> RunWork {
        fs::write(self.path("agent.sh"), line).unwrap();
        RunWork::Agent {
            role: Role::new(Role::DEVELOPER),
            stage: StageName::new("development"),
            work_item: WorkItemId::new("ET-001"),
            prompt: "You are a developer.".to_owned(),
            brief: "Add a greeting.".to_owned(),
            scope: None,
            resume: None,
            version: None,
            provider: AccountId::shared("command"),
        }
    }

    fn spec(&self, run: RunId, work: RunWork) -> RunSpec {
        RunSpec {
            run,
            project: ProjectId::new("et"),
            directory: self.path(""),
            timeout: Duration::from_secs(600),
            occasion: RunOccasion::default(),
            work,
        }
    }
}

#[async_trait]
impl RunnerHarness for Harness {
    fn runner(&self) -> Arc<dyn Runner> {
        Arc::clone(&self.runner) as Arc<dyn Runner>
    }

    async fn ready(&self, run: RunId, errand: Errand) -> RunSpec {
        let work = match errand {
            Errand::AgentWorks => self.agent(WORKS),
            Errand::AgentFails => self.agent(FAILS),
            Errand::Command(line, code) => command(&format!("echo '{line}'; exit {code}")),
            Errand::Endless => command("exec sleep 1000000"),
        };
        self.spec(run, work)
    }

    async fn starts(&self, _run: RunId) -> Option<usize> {
        let starts = fs::read_to_string(self.path("starts")).unwrap_or_default();
        Some(starts.lines().count())
    }
}

#[async_trait]
impl RunLogHarness for Harness {
    fn log(&self) -> Arc<dyn RunLog> {
        Arc::new(ProcessRunLog::new(self.folder.path().join("runs")))
    }

    async fn write(&self, run: RunId, text: &[u8]) {
        fs::write(self.path("text"), text).unwrap();
        let spec = self.spec(run, command("cat text"));
        self.runner.start(&spec).await.unwrap();
        self.runner.wait(&run).await.unwrap();
    }
}

/// Every command writes a line into `starts` when it begins.
fn command(rest: &str) -> RunWork {
    RunWork::Command {
        command: format!("echo began >> starts; {rest}"),
    }
}

/// The example lies next to the folder of the test executables.
fn runner_program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("examples/agent_runner");
    assert!(
        program.exists(),
        "build it first: cargo build -p agent-process --examples"
    );
    program
}

#[tokio::test]
async fn the_process_runner_conforms() {
    runner::all(|| async { Arc::new(Harness::new()) as Arc<dyn RunnerHarness> }).await;
}

#[tokio::test]
async fn the_log_of_processes_conforms() {
    run_log::all(|| async { Arc::new(Harness::new()) as Arc<dyn RunLogHarness> }).await;
}
