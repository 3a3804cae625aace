//! Small files that survive a power cut: whole before or whole after, never in between. Must not know what they hold.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pipeline_core::port::PortError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file of the forge that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
    /// The content is not what this program writes. The file is left as it is.
    #[error("{path} is not readable ({source}); restore it from a backup, or remove it to go on without it")]
    Content {
        /// Which.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
}

impl FileError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    fn content(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Content { path, source }
    }
}

impl From<FileError> for PortError {
    fn from(error: FileError) -> Self {
        let message = error.to_string();
        match error {
            FileError::Io { .. } => Self::retry(message),
            FileError::Content { .. } => Self::Permanent(message),
        }
    }
}

/// Replaces the file in one step. It is on disk when this returns. One writer per file at a time.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), FileError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(FileError::content(path))?;
    let draft = path.with_extension("json.new");
    let mut file = File::create(&draft).map_err(FileError::io("create", &draft))?;
    file.write_all(&bytes)
        .and_then(|()| file.sync_all())
        .map_err(FileError::io("write", &draft))?;
    fs::rename(&draft, path).map_err(FileError::io("replace", path))?;
    sync_parent(path)
}

/// The file's value; none when there is no file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, FileError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(FileError::content(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::io("read", path)(error)),
    }
}

/// Makes the folder and its parents; it is on disk when this returns.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::io("create", path))?;
    sync_parent(path)
}

/// A new or renamed entry is on disk only when its folder is.
pub(crate) fn sync_parent(path: &Path) -> Result<(), FileError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(FileError::io("sync", folder))
}
