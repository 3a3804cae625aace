//! A folder with runs and a checkout, and a runner over it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agent_process::{AgentCommand, ProcessRunLog, ProcessRunner, ProjectRuns, Provider, RunnerSettings};
use pipeline_core::id::{AccountId, ProjectId, RunId, WorkItemId};
use pipeline_core::port::runner::{RunEnd, RunOccasion, RunSpec, RunStatus, RunWork, Runner, Tries};
use pipeline_core::project::Locale;
use pipeline_core::role::Role;
use pipeline_core::stage::StageName;
use pipeline_core::time::Timestamp;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

/// What a script prints that did its work.
pub(crate) const DONE: &str = r#"echo '{"type":"result","result":"done"}'"#;

pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("checkout")).unwrap();
        Self { folder }
    }

    /// Agents are this script, run in the checkout.
    pub(crate) fn runner(&self, script: &str) -> ProcessRunner {
        ProcessRunner::new(self.settings(AgentCommand::shell(script)))
    }

    pub(crate) fn settings(&self, agent: AgentCommand) -> RunnerSettings {
        let project = ProjectRuns {
            agents: [(AccountId::shared("command"), Provider::Command(agent))].into(),
            agents_of_roles: BTreeMap::new(),
            locale: Locale::En,
            command_env: Vec::new(),
        };
        RunnerSettings {
            runs_dir: self.folder.path().join("runs"),
            runner_exe: host(),
            runner_args: vec!["runner".to_owned()],
            projects: [(ProjectId::new("et"), project)].into(),
            kill_grace: Duration::from_secs(600),
            output_cap: 1 << 20,
            stall: None,
            prices: agent_process::Prices::built_in(),
        }
    }

    /// The next daemon: it knows nothing but the folder.
    pub(crate) fn restarted(&self) -> ProcessRunner {
        let mut settings = self.settings(AgentCommand::shell("exit 1"));
        settings.projects.clear();
        ProcessRunner::new(settings)
    }

    pub(crate) fn log(&self) -> ProcessRunLog {
        ProcessRunLog::new(self.folder.path().join("runs"))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn agent(&self, run: &str) -> RunSpec {
        let work = RunWork::Agent {
            role: Role::new("developer"),
            stage: StageName::new("development"),
            work_item: WorkItemId::new("ET-012"),
            prompt: "You are the developer.\n".to_owned(),
            brief: "Build it.\n".to_owned(),
            scope: None,
            resume: None,
            version: None,
            provider: AccountId::shared("command"),
        };
        self.spec(run, work)
    }

    pub(crate) fn command(&self, run: &str, command: &str) -> RunSpec {
        let command = command.to_owned();
        self.spec(run, RunWork::Command { command })
    }

    fn spec(&self, run: &str, work: RunWork) -> RunSpec {
        RunSpec {
            run: id(run),
            project: ProjectId::new("et"),
            directory: self.path(""),
            timeout: Duration::from_secs(600),
            occasion: RunOccasion {
                queued_at: Timestamp(1_000),
                claimed_at: Timestamp(3_500),
                tries: Some(Tries {
                    attempt: 1,
                    allowed: 2,
                }),
            },
            work,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("checkout").join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn run_dir(&self, run: &str) -> PathBuf {
        self.folder.path().join("runs").join(run)
    }

    /// A pipe on which script and test wait for each other, whoever comes first.
    pub(crate) fn fifo(&self, name: &str) {
        mknodat(CWD, self.path(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }

    /// As a machine that runs out of memory would.
    pub(crate) fn kill_runner(&self, run: &str) {
        self.signal_runner(run, Signal::KILL);
    }

    pub(crate) fn signal_runner(&self, run: &str, signal: Signal) {
        let pid = fs::read_to_string(self.run_dir(run).join("lock")).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

pub(crate) fn id(run: &str) -> RunId {
    run.parse().unwrap()
}

/// Starts the run and waits for its end.
pub(crate) async fn end_of(runner: &ProcessRunner, spec: &RunSpec) -> RunEnd {
    runner.start(spec).await.unwrap();
    ended(runner.wait(&spec.run).await.unwrap())
}

pub(crate) fn ended(status: RunStatus) -> RunEnd {
    match status {
        RunStatus::Ended(end) => *end,
        other @ (RunStatus::Running | RunStatus::NeverBegan | RunStatus::Lost) => {
            panic!("the run is {other:?}")
        }
    }
}

/// The example lies next to the folder of the test executables.
pub(crate) fn host() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let host = deps.ancestors().nth(2).unwrap().join("examples/agent_runner");
    assert!(
        host.exists(),
        "build it first: cargo build -p agent-process --examples"
    );
    host
}
