//! The runner port over run directories. Nothing is kept in memory: a runner that was made a moment ago over the same
//! folder knows as much as one that started the runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunSpec, RunStatus, Runner};

use crate::blocking::blocking;
use crate::settings::RunnerSettings;
use crate::{ending, environment, launching};

/// How long a thread of the blocking pool waits for the end of a run before it lets the caller be dropped: a shutdown
/// takes no longer than this. The end itself is noticed at once.
const WAIT: Duration = Duration::from_secs(1);

/// Starts agents and project commands, each in a runner process of its own, and follows them.
#[derive(Debug, Clone)]
pub struct ProcessRunner {
    settings: Arc<RunnerSettings>,
}

impl ProcessRunner {
    /// Touches nothing yet; [`Runner::check`] says whether the settings can work.
    #[must_use]
    pub fn new(settings: RunnerSettings) -> Self {
        Self {
            settings: Arc::new(settings),
        }
    }

    fn run_dir(&self, run: &RunId) -> PathBuf {
        self.settings.runs_dir.join(run.to_string())
    }
}

#[async_trait]
impl Runner for ProcessRunner {
    async fn start(&self, spec: &RunSpec) -> Result<(), PortError> {
        let (settings, spec) = (Arc::clone(&self.settings), spec.clone());
        blocking(move || launching::start(&settings, &spec)).await
    }

    async fn status(&self, run: &RunId) -> Result<RunStatus, PortError> {
        let (settings, run_dir) = (Arc::clone(&self.settings), self.run_dir(run));
        blocking(move || ending::status(&run_dir, process::follow(&run_dir), &settings.prices)).await
    }

    async fn wait(&self, run: &RunId) -> Result<RunStatus, PortError> {
        let run_dir: Arc<Path> = self.run_dir(run).into();
        loop {
            let (settings, run_dir) = (Arc::clone(&self.settings), Arc::clone(&run_dir));
            let status =
                blocking(move || ending::status(&run_dir, process::wait(&run_dir, WAIT), &settings.prices))
                    .await?;
            if status != RunStatus::Running {
                return Ok(status);
            }
        }
    }

    async fn cancel(&self, run: &RunId) -> Result<(), PortError> {
        let (run, run_dir) = (*run, self.run_dir(run));
        blocking(move || {
            if !run_dir.is_dir() {
                return Ok(());
            }
            process::cancel(&run_dir)
                .map_err(|error| PortError::retry(format!("could not cancel run {run}: {error}")))
        })
        .await
    }

    async fn check(&self) -> Result<(), PortError> {
        let settings = Arc::clone(&self.settings);
        blocking(move || check(&settings)).await
    }
}

/// All that is wrong at once.
fn check(settings: &RunnerSettings) -> Result<(), PortError> {
    let exe = &settings.runner_exe;
    let mut problems: Vec<String> = [exe, Path::new(launching::SHELL)]
        .into_iter()
        .filter(|program| !program.is_file())
        .map(|program| format!("program {} was not found", program.display()))
        .collect();
    let env = environment::inherited();
    for (project, runs) in &settings.projects {
        let problem = runs.agent.check(&env).err();
        problems.extend(problem.map(|problem| format!("project '{project}': {problem}")));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(PortError::Permanent(problems.join("; ")))
    }
}
