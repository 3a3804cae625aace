//! Where things are kept. One directory holds everything; both binaries ask here.

use std::path::{Path, PathBuf};

/// The data directory and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    root: PathBuf,
    database: PathBuf,
}

impl Places {
    /// Everything in one directory.
    #[must_use]
    pub fn in_directory(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            database: root.join("orchestrator.db"),
        }
    }

    /// Everything beside this database file.
    #[must_use]
    pub fn beside_database(database: &Path) -> Self {
        let root = database.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self {
            root: root.unwrap_or(Path::new(".")).to_path_buf(),
            database: database.to_path_buf(),
        }
    }

    /// The data directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Our own state.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.database.clone()
    }

    /// Held by the one daemon of this directory.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("orchd.lock")
    }

    /// The embedded board's database.
    #[must_use]
    pub fn board(&self) -> PathBuf {
        self.root.join("board.db")
    }

    /// The embedded forge's repositories.
    #[must_use]
    pub fn forge(&self) -> PathBuf {
        self.root.join("forge")
    }

    /// Our mirrors.
    #[must_use]
    pub fn mirrors(&self) -> PathBuf {
        self.root.join("mirrors")
    }

    /// Checkouts that agents work in.
    #[must_use]
    pub fn checkouts(&self) -> PathBuf {
        self.root.join("checkouts")
    }

    /// Directories of runs.
    #[must_use]
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }
}
