//! The output of runs, for people, read from the run directories.

use std::path::PathBuf;

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_log::RunLog;
use process::Progress;

use crate::blocking::blocking;
use crate::output;

/// The logs under a folder of runs. Needs no runner: it also serves while nothing can be started.
#[derive(Debug, Clone)]
pub struct ProcessRunLog {
    runs_dir: PathBuf,
}

impl ProcessRunLog {
    /// Reads below the folder that [`RunnerSettings::runs_dir`](crate::RunnerSettings::runs_dir) names.
    #[must_use]
    pub fn new(runs_dir: PathBuf) -> Self {
        Self { runs_dir }
    }
}

impl ProcessRunLog {
    /// How a run stands while it runs, and how it stood last; `None` when its runner has said nothing yet (or there is
    /// no such run).
    pub async fn progress(&self, run: &RunId) -> Result<Option<Progress>, PortError> {
        let (run, run_dir) = (*run, self.runs_dir.join(run.to_string()));
        blocking(move || {
            process::read_progress(&run_dir).map_err(|error| {
                PortError::retry(format!("could not read the progress of run {run}: {error}"))
            })
        })
        .await
    }
}

#[async_trait]
impl RunLog for ProcessRunLog {
    async fn tail(&self, run: &RunId, max_bytes: usize) -> Result<String, PortError> {
        let (run, run_dir) = (*run, self.runs_dir.join(run.to_string()));
        blocking(move || {
            if !run_dir.is_dir() {
                return Err(PortError::NotFound(format!("run {run} left no log (any more)")));
            }
            output::tail(&run_dir, max_bytes)
                .map_err(|error| PortError::retry(format!("could not read the log of run {run}: {error}")))
        })
        .await
    }

    fn place(&self, run: &RunId) -> String {
        self.runs_dir.join(run.to_string()).display().to_string()
    }
}
