//! Throw-away directories inside a repository of ours, gone when dropped. One that a crash left is removed at the next start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::GitError;
use crate::repository::Repository;

const FOLDER: &str = "orchd-scratch";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A new empty directory.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(repository: &Repository) -> Result<Self, GitError> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = repository
            .path()
            .join(FOLDER)
            .join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&path).map_err(GitError::io("create", &path))?;
        Ok(Self(path))
    }

    /// Removes what an earlier process left. Only for a repository that nobody else writes.
    pub(crate) fn sweep(repository: &Repository) {
        let _ = fs::remove_dir_all(repository.path().join(FOLDER));
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is small and goes with the next sweep.
        let _ = fs::remove_dir_all(&self.0);
    }
}
