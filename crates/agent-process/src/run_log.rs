//! The output of runs, for people, read from the run directories.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::progress::{Activity, RunProgress, Stall};
use pipeline_core::time::Timestamp;
use process::Progress;

use crate::blocking::blocking;
use crate::output;
use crate::provider::ProviderKind;
use crate::transcript::Transcript;
use crate::work::{Work, WorkKind};

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

/// What the agent of a run is doing, as its provider's events tell.
pub(crate) fn activity_of(run_dir: &Path) -> io::Result<Option<Activity>> {
    let kind = match Work::load(run_dir)?.map(|work| work.kind) {
        Some(WorkKind::Agent { provider }) if provider != ProviderKind::Command => provider,
        Some(WorkKind::Agent { .. } | WorkKind::Command) | None => return Ok(None),
    };
    let transcript = Transcript::read(kind, run_dir)?;
    Ok(Some(Activity {
        last_tool: transcript.last_tool,
        usage: transcript.so_far,
        retries: transcript.retries,
        resets_at: transcript.resets_at,
    }))
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

    async fn progress(&self, run: &RunId) -> Result<Option<RunProgress>, PortError> {
        let (run, run_dir) = (*run, self.runs_dir.join(run.to_string()));
        blocking(move || match process::read_progress(&run_dir) {
            Ok(progress) => Ok(progress.as_ref().map(progress_of)),
            // That of another version, or a broken one, tells nothing.
            Err(error) if error.kind() == ErrorKind::InvalidData => Ok(None),
            Err(error) => Err(PortError::retry(format!(
                "could not read the progress of run {run}: {error}"
            ))),
        })
        .await
    }

    async fn activity(&self, run: &RunId) -> Result<Option<Activity>, PortError> {
        let (run, run_dir) = (*run, self.runs_dir.join(run.to_string()));
        blocking(move || {
            activity_of(&run_dir)
                .map_err(|error| PortError::retry(format!("could not read the output of run {run}: {error}")))
        })
        .await
    }

    fn place(&self, run: &RunId) -> String {
        self.runs_dir.join(run.to_string()).display().to_string()
    }
}

/// What a runner noted, in the words of the port.
pub(crate) fn progress_of(seen: &Progress) -> RunProgress {
    RunProgress {
        at: Timestamp(seen.at_ms),
        last_output_at: seen.last_output_at_ms.map(Timestamp),
        output_bytes: seen.stdout_bytes.saturating_add(seen.stderr_bytes),
        processes: seen.processes,
        cpu_ms: seen.cpu_ms,
        rss_bytes: seen.rss_bytes,
        stall: seen.stalled_since_ms.map(|since| Stall {
            since: Timestamp(since),
            quiet_ms: seen.quiet_ms,
            stopped_after_ms: seen.stall_ms.saturating_mul(2),
        }),
    }
}
