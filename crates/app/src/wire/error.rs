//! Why the program did not start.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Why the program did not start. Nothing was changed or lost.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("the data directory {path} cannot be used: {source}; name another one, or make room for it")]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is something else where the data directory should be.
    #[error(
        "{path} is a file, and the data directory should be there; name another one with --home or db_path"
    )]
    NotADirectory {
        /// Which.
        path: PathBuf,
    },
    /// Another daemon works in the directory.
    #[error(transparent)]
    Lock(#[from] process::DaemonLockError),
    /// git is missing, or too old.
    #[error(transparent)]
    Git(#[from] git::GitError),
    /// Our own database.
    #[error(transparent)]
    Store(#[from] store_sqlite::open::OpenError),
    /// The board's database.
    #[error("the board {path} cannot be opened: {source}")]
    Board {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: tracker_local::OpenError,
    },
    /// A project's repository.
    #[error("project {project}: {source}")]
    Forge {
        /// Whose.
        project: String,
        /// Why.
        source: forge_local::OpenError,
    },
    /// The operator's price list.
    #[error("the price list {path} (agent_prices) cannot be used: {reason}")]
    Prices {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A port is taken.
    #[error(
        "cannot listen on {address} ({key}): {source}; choose another address with {key}, or stop what listens there"
    )]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Which setting.
        key: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A listener failed.
    #[error("the listeners failed: {0}")]
    Serve(io::Error),
    /// The store failed during recovery.
    #[error(transparent)]
    Recovery(#[from] pipeline_core::port::store::StoreError),
}

/// Makes the data directory, for our eyes only.
pub(crate) fn make_directory(path: &Path) -> Result<(), StartError> {
    if path.exists() && !path.is_dir() {
        return Err(StartError::NotADirectory {
            path: path.to_path_buf(),
        });
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::Directory {
            path: path.to_path_buf(),
            source,
        })
}
