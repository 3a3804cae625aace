//! The directories of runs as things that take room.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::retention::StoredRun;
use pipeline_core::time::Timestamp;
use process::RunState;

use crate::blocking::blocking;

/// How a directory begins whose removal has begun: half of a run must not be taken for one.
const REMOVED: &str = ".removed-";

/// The directories under a folder of runs.
#[derive(Debug, Clone)]
pub struct ProcessRunStorage {
    runs_dir: PathBuf,
}

impl ProcessRunStorage {
    /// Works below the folder that [`RunnerSettings::runs_dir`](crate::RunnerSettings::runs_dir) names.
    #[must_use]
    pub fn new(runs_dir: PathBuf) -> Self {
        Self { runs_dir }
    }

    fn look(&self) -> io::Result<Vec<StoredRun>> {
        let entries = match fs::read_dir(&self.runs_dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut stored = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(REMOVED) {
                fs::remove_dir_all(entry.path())?;
            } else if let Ok(run) = name.parse::<RunId>()
                && entry.file_type()?.is_dir()
            {
                let ended_at = ended_at(&entry.path());
                stored.push(StoredRun { run, ended_at });
            }
        }
        Ok(stored)
    }

    fn take_away(&self, run: &RunId) -> Result<(), PortError> {
        let folder = self.runs_dir.join(run.to_string());
        if fs::symlink_metadata(&folder).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(());
        }
        let failed = |error: io::Error| PortError::retry(format!("remove {}: {error}", folder.display()));
        match process::follow(&folder).map_err(failed)? {
            RunState::Running => Err(PortError::Conflict(format!("run {run} lives"))),
            RunState::Finished(_) | RunState::Lost => {
                let aside = self.runs_dir.join(format!("{REMOVED}{run}"));
                fs::rename(&folder, &aside).map_err(failed)?;
                fs::remove_dir_all(&aside).map_err(failed)
            }
        }
    }
}

#[async_trait]
impl RunStorage for ProcessRunStorage {
    async fn stored(&self) -> Result<Vec<StoredRun>, PortError> {
        let storage = self.clone();
        let failed = |storage: &Self, error: io::Error| {
            PortError::retry(format!("list {}: {error}", storage.runs_dir.display()))
        };
        blocking(move || storage.look().map_err(|error| failed(&storage, error))).await
    }

    async fn remove(&self, run: &RunId) -> Result<(), PortError> {
        let (storage, run) = (self.clone(), *run);
        blocking(move || storage.take_away(&run)).await
    }
}

/// None: it lives, or nobody can tell. A run without a marker ended when its directory last changed.
fn ended_at(folder: &Path) -> Option<Timestamp> {
    match process::follow(folder).ok()? {
        RunState::Running => None,
        RunState::Finished(record) => Some(Timestamp(record.finished_at_ms)),
        RunState::Lost => {
            let changed = fs::metadata(folder).and_then(|about| about.modified()).ok()?;
            let since = changed.duration_since(UNIX_EPOCH).ok()?;
            Some(Timestamp(i64::try_from(since.as_millis()).ok()?))
        }
    }
}
