//! A host program for the tests of runs: `runner <dir>` is runner mode; `environment <folder>` starts an agent and a
//! command that print their environment, and prints both. It has an environment of its own, which a test sets.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use agent_process::{AgentCommand, ProcessRunner, ProjectRuns, Provider, RunnerSettings};
use pipeline_core::id::{AccountId, JobId, ProjectId, RunId, TaskId, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunOccasion, RunSpec, RunStatus, RunWork, Runner};
use pipeline_core::project::Locale;
use pipeline_core::role::Role;
use pipeline_core::stage::StageName;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "runner", run_dir] => process::runner_main(Path::new(run_dir)),
        [exe, "environment", folder] => print_environments(exe, Path::new(folder)),
        _ => ExitCode::from(64),
    }
}

fn print_environments(exe: &str, folder: &Path) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return ExitCode::FAILURE;
    };
    let runner = ProcessRunner::new(settings(exe, folder));
    let printed = runtime.block_on(async {
        let agent = print_environment(&runner, folder, 1, agent_work()).await?;
        let command = print_environment(&runner, folder, 2, command_work()).await?;
        Ok::<_, PortError>(format!("agent\n{agent}command\n{command}"))
    });
    match printed {
        Ok(text) if io::stdout().write_all(text.as_bytes()).is_ok() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

fn settings(exe: &str, folder: &Path) -> RunnerSettings {
    let agent = AgentCommand::shell("env").with_env([("ADDED".to_owned(), "by settings".to_owned())].into());
    let project = ProjectRuns {
        agents: [(AccountId::shared("command"), Provider::Command(agent))].into(),
        agents_of_roles: BTreeMap::new(),
        locale: Locale::Ru,
        command_env: vec!["DEPLOY_TOKEN".to_owned()],
    };
    RunnerSettings {
        runs_dir: folder.join("runs"),
        runner_exe: PathBuf::from(exe),
        runner_args: vec!["runner".to_owned()],
        projects: [(ProjectId::new("et"), project)].into(),
        kill_grace: Duration::from_secs(20),
        output_cap: 1 << 20,
        stall: None,
        prices: agent_process::Prices::default(),
    }
}

fn agent_work() -> RunWork {
    RunWork::Agent {
        role: Role::new("developer"),
        stage: StageName::new("development"),
        work_item: WorkItemId::new("ET-012"),
        prompt: String::new(),
        brief: String::new(),
        scope: None,
        resume: None,
        version: None,
        provider: AccountId::shared("command"),
    }
}

fn command_work() -> RunWork {
    RunWork::Command {
        command: "env".to_owned(),
    }
}

async fn print_environment(
    runner: &ProcessRunner,
    folder: &Path,
    number: u32,
    work: RunWork,
) -> Result<String, PortError> {
    let job = JobId {
        task: TaskId(1),
        number,
    };
    let spec = RunSpec {
        run: RunId { job, fence: 1 },
        project: ProjectId::new("et"),
        directory: folder.to_owned(),
        timeout: Duration::from_secs(60),
        occasion: RunOccasion::default(),
        work,
    };
    runner.start(&spec).await?;
    match runner.wait(&spec.run).await? {
        RunStatus::Ended(end) => Ok(end.log_tail),
        RunStatus::Running | RunStatus::NeverBegan | RunStatus::Lost => {
            Err(PortError::retry("the run did not end"))
        }
    }
}
