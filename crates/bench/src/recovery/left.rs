//! Directories of runs as a daemon and its runners leave them (docs/RUNS.md).

use std::fs::{self, File};
use std::path::Path;

use pipeline_core::id::JobId;
use pipeline_core::port::store::jobs::LeasedJob;
use serde_json::json;

use crate::specimen::START;

/// How a run stands when the next daemon starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Its runner lives.
    Lives,
    /// It has its completion marker.
    Ended,
    /// Neither.
    Lost,
}

/// The runs of the earlier daemon.
pub(super) struct Left {
    pub(super) runs: Vec<(JobId, Run)>,
    /// Their runners' locks, as held by living ones.
    _locks: Vec<File>,
}

impl Left {
    /// Makes the directory of each, in turn of every kind.
    pub(super) fn of(folder: &Path, jobs: &[LeasedJob]) -> anyhow::Result<Self> {
        let (mut runs, mut locks) = (Vec::new(), Vec::new());
        for (job, run) in jobs
            .iter()
            .zip([Run::Lives, Run::Ended, Run::Lost].into_iter().cycle())
        {
            let directory = folder.join(format!("{}-{}", job.id, job.fence));
            let lock = make(&directory, job)?;
            match run {
                Run::Lives => {
                    lock.lock()?;
                    locks.push(lock);
                }
                Run::Ended => end(&directory)?,
                Run::Lost => {}
            }
            runs.push((job.id, run));
        }
        Ok(Self { runs, _locks: locks })
    }
}

/// Answers the lock, not held.
fn make(directory: &Path, job: &LeasedJob) -> anyhow::Result<File> {
    fs::create_dir_all(directory)?;
    let write = |name: &str, content: String| fs::write(directory.join(name), content);
    let work = json!({"kind": "agent", "provider": "command", "timeout_ms": 3_600_000});
    write("work.json", work.to_string())?;
    let record = json!({
        "schema": 1, "run": format!("{}-{}", job.id, job.fence), "task": job.id.task, "project": job.project, "kind": "agent",
        "fence": job.fence, "queue": {"queued_at": START, "claimed_at": START, "waited_ms": 0}, "started_at": START,
        "argv": ["agent"], "versions": {"orchd": "bench"}, "limits": "",
        "resources_before": {"source": "none", "cpu_ms": null, "memory_bytes": null, "memory_limit_bytes": null, "note": ""},
    });
    write("run.json", record.to_string())?;
    write("stdout.log", "a line of output\n".repeat(100))?;
    Ok(File::create(directory.join("lock"))?)
}

fn end(directory: &Path) -> anyhow::Result<()> {
    let marker = json!({
        "exit_code": 0, "signal": null, "reason": "exited", "error": null, "started_at_ms": START, "finished_at_ms": START,
        "stdout_bytes": 1700, "stderr_bytes": 0, "dropped_bytes": 0, "processes_killed": 0,
    });
    Ok(fs::write(directory.join("exit.json"), marker.to_string())?)
}
