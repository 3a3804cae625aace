//! A consistent copy of a database that may be in use, checked before it gets its name.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::durable::{self, CopyError};
use crate::integrity::{self, Integrity};
use crate::open::OpenError;
use crate::{open, readers};

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What its check found; nothing is wrong with its pages and references.
    pub integrity: Integrity,
}

/// Why there is no copy. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something of that name.
    #[error("{0} exists already, and a backup is never written over: name another file")]
    Exists(PathBuf),
    /// The database cannot be opened, or the copy.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy could not be written.
    #[error("the copy {path} could not be written ({error}): make room there, or name another file")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What was said.
        error: String,
    },
    /// The copy is not sound, so neither is the database.
    #[error(
        "the copy of {path} is not sound and was not kept ({problem}): the database is damaged; run 'orchctl check', keep the older backups"
    )]
    Unsound {
        /// The database.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: String,
    },
}

/// Copies the database into a new file, whoever uses it meanwhile. Blocks; one read transaction holds back the write-ahead log for as
/// long. The copy is durable and checked when this returns; before that nothing has its name.
///
/// # Errors
/// Says what is in the way; nothing is written over.
pub fn backup(database: &Path, to: &Path) -> Result<Backup, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    if !database.exists() {
        return Err(OpenError::Missing(database.to_owned()).into());
    }
    let failed = |error: String| BackupError::Write {
        path: to.to_owned(),
        error,
    };
    make_folder(to).map_err(|error| failed(error.to_string()))?;
    let unfinished = durable::unfinished(to);
    let made = copy(database, to, &unfinished).and_then(|integrity| {
        let bytes = fs::metadata(&unfinished)
            .map_err(|error| failed(error.to_string()))?
            .len();
        durable::publish(&unfinished, to).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists {
                BackupError::Exists(to.to_owned())
            } else {
                failed(error.to_string())
            }
        })?;
        Ok(Backup {
            path: to.to_owned(),
            bytes,
            integrity,
        })
    });
    if made.is_err() {
        // Half a copy helps nobody; the error says why there is none.
        let _ = fs::remove_file(&unfinished);
    }
    made
}

fn copy(database: &Path, to: &Path, unfinished: &Path) -> Result<Integrity, BackupError> {
    let source = open::connect_still(database)?;
    durable::write_copy(&source, unfinished).map_err(|error| match error {
        CopyError::Sqlite(error) if crate::failure::is_damage(&error) => BackupError::Unsound {
            path: database.to_owned(),
            problem: error.to_string(),
        },
        CopyError::Sqlite(_) | CopyError::Io(_) => BackupError::Write {
            path: to.to_owned(),
            error: error.to_string(),
        },
    })?;
    let copied =
        readers::connect_unshared(unfinished).map_err(|error| OpenError::setting(unfinished, error))?;
    let integrity = integrity::look(&copied, unfinished)?;
    match integrity.problems.iter().find(|problem| problem.is_of_the_file()) {
        None => Ok(integrity),
        Some(problem) => Err(BackupError::Unsound {
            path: database.to_owned(),
            problem: problem.what.clone(),
        }),
    }
}

fn make_folder(to: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(durable::folder(to))
}
