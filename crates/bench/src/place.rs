//! Where a measurement works: a directory of its own on the disk that is asked for.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

/// A directory that goes with it, and how much is to be done.
#[derive(Debug)]
pub struct Place {
    directory: TempDir,
    smoke: bool,
}

impl Place {
    pub(crate) fn new(data: &Path, name: &str, smoke: bool) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix(&format!("orchd-bench-{name}-"))
            .tempdir_in(data)
            .with_context(|| format!("make a directory in {}", data.display()))?;
        Ok(Self { directory, smoke })
    }

    /// So many, or a hundredth, but at least one, when it is only to be seen that everything runs.
    pub(crate) fn many(&self, count: u64) -> u64 {
        if self.smoke { (count / 100).max(1) } else { count }
    }

    /// It is only to be seen that everything runs.
    pub(crate) fn is_smoke(&self) -> bool {
        self.smoke
    }

    /// An empty directory in it.
    pub(crate) fn fresh(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.directory.path().join(name);
        fs::create_dir(&path).with_context(|| format!("make {}", path.display()))?;
        Ok(path)
    }
}
