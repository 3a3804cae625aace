//! The runner port over run directories. Nothing is kept in memory: a runner that was made a moment ago over the same
//! folder knows as much as one that started the runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::id::{AccountId, ProjectId, RunId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunSpec, RunStatus, Runner};
use pipeline_core::resilience::PreflightReport;
use pipeline_core::time::Timestamp;

use crate::blocking::blocking;
use crate::preflight::Programs;
use crate::settings::RunnerSettings;
use crate::{ending, environment, launching, preflight};

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

    async fn preflight(
        &self,
        project: &ProjectId,
        account: &AccountId,
    ) -> Result<PreflightReport, PortError> {
        let runs = self.settings.projects.get(project);
        let Some(provider) = runs.and_then(|runs| runs.any_agent(account)) else {
            return Ok(PreflightReport {
                problems: vec![launching::unknown(project, account)],
                ..PreflightReport::default()
            });
        };
        let provider = provider.clone();
        let now = Timestamp(process::unix_ms());
        let found = blocking(move || Ok(preflight::preflight(&provider, &Programs, now))).await?;
        for warning in &found.warnings {
            tracing::warn!(provider = found.provider.as_str(), warning, "preflight");
        }
        Ok(found.into())
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
        let agents = runs.agents.values().chain(runs.agents_of_roles.values());
        let found = agents.filter_map(|agent| agent.check(&env).err());
        problems.extend(found.map(|problem| format!("project '{project}': {problem}")));
    }
    problems.dedup();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(PortError::Permanent(problems.join("; ")))
    }
}
