//! Statuses of commits: one file per commit, the newest of each context.

use std::path::{Path, PathBuf};

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::id::CommitSha;

use crate::files::{FileError, make_folder, read_json, write_json};

/// Contexts of our own, which nobody is judged by.
const OWN: &str = "orchd/";

/// The statuses of one project.
pub(crate) struct Statuses {
    folder: PathBuf,
}

impl Statuses {
    pub(crate) fn open(folder: &Path) -> Result<Self, FileError> {
        make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Sets a status in place of an earlier one of its context. `commit` is known to be a full commit id.
    pub(crate) fn set(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), FileError> {
        let mut statuses = self.all(commit)?;
        statuses.retain(|earlier| earlier.context != status.context);
        statuses.push(status.clone());
        write_json(&self.file(commit), &statuses)
    }

    /// The latest per context, without our own.
    pub(crate) fn of_others(&self, commit: &CommitSha) -> Result<Vec<CommitStatus>, FileError> {
        let mut statuses = self.all(commit)?;
        statuses.retain(|status| !status.context.starts_with(OWN));
        Ok(statuses)
    }

    /// Contexts that are red, without our own.
    pub(crate) fn red(&self, commit: &CommitSha) -> Result<Vec<String>, FileError> {
        let statuses = self.of_others(commit)?;
        Ok(statuses
            .into_iter()
            .filter(|status| is_red(status.state))
            .map(|status| status.context)
            .collect())
    }

    fn all(&self, commit: &CommitSha) -> Result<Vec<CommitStatus>, FileError> {
        Ok(read_json(&self.file(commit))?.unwrap_or_default())
    }

    fn file(&self, commit: &CommitSha) -> PathBuf {
        self.folder.join(format!("{commit}.json"))
    }
}

fn is_red(state: StatusState) -> bool {
    match state {
        StatusState::Failure | StatusState::Error => true,
        StatusState::Pending | StatusState::Success | StatusState::Skipped => false,
    }
}
