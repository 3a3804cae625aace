//! A repository that is ours: made, cloned, opened. Must never be pointed at a git directory that an agent could write.

mod names;
mod refs;
mod ref_stamp;
mod lookup;
mod commits;
mod import;
mod trees;
mod merges;
mod layout;
mod packing;

use std::path::{Path, PathBuf};

use crate::command::{Git, Invocation};
use crate::error::GitError;
pub use commits::{CommitInfo, Identity, NewCommit};
pub(crate) use import::FilesCommit;
pub(crate) use layout::{Layout, lay_out};
pub(crate) use lookup::Found;
pub use merges::MergeTree;
pub(crate) use names::{check_object_id, check_path, check_ref_name, commit_sha};
pub use packing::{PackAbove, Unreachable};
pub use ref_stamp::RefStamp;
pub use refs::{RefExpectation, RefUpdate, Reference};
pub(crate) use trees::{TreeEntry, TreePatch};

/// A bare repository, or the git directory of one with a work tree. Cheap to clone; every method runs git and blocks.
#[derive(Debug, Clone)]
pub struct Repository {
    git: Git,
    dir: PathBuf,
}

impl Repository {
    /// Names the repository at this git directory; nothing is looked at yet.
    pub fn open(git: &Git, dir: impl Into<PathBuf>) -> Self {
        let dir = dir.into();
        Self {
            git: git.clone(),
            // Git itself runs elsewhere. An empty path is the one that has no absolute form; git refuses it.
            dir: std::path::absolute(&dir).unwrap_or(dir),
        }
    }

    /// Makes an empty bare repository whose HEAD names `default_branch`. An existing one is left as it is.
    pub fn init_bare(git: &Git, dir: &Path, default_branch: &str) -> Result<Self, GitError> {
        check_ref_name(&format!("refs/heads/{default_branch}"))?;
        let repository = Self::open(git, dir);
        // The last thing that `init` makes: one that was cut off is done again.
        if !repository.path().join("objects/pack").is_dir() {
            git.without_repository("init")
                .args(["--quiet", "--bare", "--template="])
                .arg(format!("--initial-branch={default_branch}"))
                .arg("--")
                .arg(repository.path())
                .bytes()?;
        }
        Ok(repository)
    }

    /// Copies the branches and tags of a repository on this disk into a new bare one: every object is copied (no hard
    /// links), nothing of its configuration or hooks. HEAD names the branch that HEAD of `from` names.
    /// Fails with `NoCommits` when there is none, and when `to` exists and is not empty.
    pub fn clone_bare(git: &Git, from: &Path, to: &Path) -> Result<Self, GitError> {
        let from = from
            .canonicalize()
            .map_err(GitError::io("open the repository", from))?;
        let heads = git
            .without_repository("ls-remote")
            .args(["--heads", "--"])
            .arg(&from)
            .bytes()?;
        if heads.is_empty() {
            return Err(GitError::NoCommits { path: from });
        }
        let copy = Self::open(git, to);
        git.without_repository("clone")
            .args(["--quiet", "--bare", "--no-local", "--template="])
            .arg("--")
            .arg(&from)
            .arg(copy.path())
            .bytes()?;
        copy.forget_origin()?;
        Ok(copy)
    }

    /// The git directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// The program and how it is called.
    #[must_use]
    pub fn git(&self) -> &Git {
        &self.git
    }

    pub(crate) fn run(&self, verb: &str) -> Invocation {
        self.git.at(&self.dir, verb)
    }

    /// The copy stands alone: nobody shall fetch into it or push out of it by accident.
    fn forget_origin(&self) -> Result<(), GitError> {
        self.run("config")
            .args(["--remove-section", "remote.origin"])
            .bytes()
            .map(drop)
    }
}
