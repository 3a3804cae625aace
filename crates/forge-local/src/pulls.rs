//! Pull requests: one file each, numbered 1, 2, 3 …; all are held in memory too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::observation::{PullRequest, PullRequestState, PullReview};
use pipeline_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::files::{FileError, make_folder, read_json, write_json};

/// A pull request as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) branch: BranchName,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) opened_at: Timestamp,
    /// The branch's head when it was last looked at; what is left of it when the branch is removed.
    pub(crate) head: CommitSha,
    pub(crate) state: PullRequestState,
    /// A merge that was about to be made: after a crash, the default branch tells whether it was.
    pub(crate) merging: Option<Merging>,
    /// What people said of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reviews: Vec<PullReview>,
}

/// See [`Pull::merging`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merging {
    pub(crate) head: CommitSha,
    pub(crate) commit: CommitSha,
    pub(crate) at: Timestamp,
}

/// What a pull request is opened with.
pub(crate) struct NewPull<'a> {
    pub(crate) branch: &'a BranchName,
    pub(crate) head: &'a CommitSha,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) at: Timestamp,
}

/// The pull requests of one project.
pub(crate) struct Pulls {
    folder: PathBuf,
    pulls: BTreeMap<u64, Pull>,
}

impl Pull {
    /// As the port shows it.
    pub(crate) fn seen(&self) -> PullRequest {
        PullRequest {
            number: self.number,
            url: None,
            state: self.state.clone(),
            reviews: self.reviews.clone(),
            // This forge protects no branch.
            approvals_missing: 0,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == PullRequestState::Open
    }
}

impl Pulls {
    pub(crate) fn open(folder: &Path) -> Result<Self, FileError> {
        make_folder(folder)?;
        let mut pulls = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(FileError::io("list", folder))? {
            let path = entry.map_err(FileError::io("list", folder))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            if let Some(pull) = read_json::<Pull>(&path)? {
                pulls.insert(pull.number, pull);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            pulls,
        })
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Pull> {
        self.pulls.get(&number)
    }

    /// The open one of this branch, else the newest.
    pub(crate) fn of_branch(&self, branch: &BranchName) -> Option<&Pull> {
        let of_branch = || self.pulls.values().rev().filter(|pull| pull.branch == *branch);
        of_branch()
            .find(|pull| pull.is_open())
            .or_else(|| of_branch().next())
    }

    /// Opens the next one.
    pub(crate) fn add(&mut self, new: &NewPull<'_>) -> Result<PullRequest, FileError> {
        let pull = Pull {
            number: self.pulls.last_key_value().map_or(0, |(number, _)| *number) + 1,
            branch: new.branch.clone(),
            title: new.title.to_owned(),
            body: new.body.to_owned(),
            opened_at: new.at,
            head: new.head.clone(),
            state: PullRequestState::Open,
            merging: None,
            reviews: Vec::new(),
        };
        let seen = pull.seen();
        self.save(pull)?;
        Ok(seen)
    }

    /// Keeps a changed one, on disk first.
    pub(crate) fn save(&mut self, pull: Pull) -> Result<(), FileError> {
        write_json(&self.folder.join(format!("{}.json", pull.number)), &pull)?;
        self.pulls.insert(pull.number, pull);
        Ok(())
    }
}
