//! The output of runs, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::progress::{Activity, RunProgress};

use crate::fake::faults::Faults;

/// The output of runs, in memory.
#[derive(Debug, Default)]
pub struct FakeRunLog {
    /// Which calls fail.
    pub faults: Faults,
    logs: Mutex<BTreeMap<RunId, String>>,
    progress: Mutex<BTreeMap<RunId, RunProgress>>,
}

impl FakeRunLog {
    /// No runs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The run writes this; an empty text makes the run known.
    pub fn write(&self, run: RunId, text: &str) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.entry(run).or_default().push_str(text);
    }

    /// The run stands so.
    pub fn stands(&self, run: RunId, progress: RunProgress) {
        self.progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(run, progress);
    }

    /// The run's directory is pruned.
    pub fn prune(&self, run: &RunId) {
        self.progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(run);
        self.logs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(run);
    }
}

#[async_trait]
impl RunLog for FakeRunLog {
    async fn tail(&self, run: &RunId, max_bytes: usize) -> Result<String, PortError> {
        self.faults.port("tail", || {
            let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            let text = logs
                .get(run)
                .ok_or_else(|| PortError::NotFound(format!("run {run}")))?;
            let mut from = text.len().saturating_sub(max_bytes);
            while !text.is_char_boundary(from) {
                from += 1;
            }
            let shown = text[from..].chars();
            Ok(shown
                .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
                .collect())
        })
    }

    async fn progress(&self, run: &RunId) -> Result<Option<RunProgress>, PortError> {
        self.faults.port("progress", || {
            let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(progress.get(run).cloned())
        })
    }

    async fn activity(&self, _run: &RunId) -> Result<Option<Activity>, PortError> {
        // The fake's agents tell nothing while they run.
        self.faults.port("activity", || Ok(None))
    }

    fn place(&self, run: &RunId) -> String {
        format!("/fake/runs/{run}/output")
    }
}
