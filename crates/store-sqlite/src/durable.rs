//! Files that are whole and durable under their name, or not there.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// Writes a consistent copy of the database into `to`, replacing a file there. One read transaction: writers go on meanwhile.
pub(crate) fn copy(connection: &Connection, to: &Path) -> Result<(), CopyError> {
    let unfinished = unfinished(to);
    write_copy(connection, &unfinished)?;
    fs::rename(&unfinished, to)?;
    Ok(sync_folder(to)?)
}

/// Writes a consistent copy into a new file of this name, unsynced names and all; whoever calls gives it its last name.
pub(crate) fn write_copy(connection: &Connection, unfinished: &Path) -> Result<(), CopyError> {
    // Left by a copy that was broken off; VACUUM INTO wants a fresh file.
    match fs::remove_file(unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    connection.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    Ok(File::open(unfinished)?.sync_all()?)
}

/// Gives a finished file its name, unless something has that name.
pub(crate) fn publish(unfinished: &Path, to: &Path) -> io::Result<()> {
    // A link fails where a rename would replace.
    match fs::hard_link(unfinished, to) {
        Ok(()) => fs::remove_file(unfinished)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        // A file system without links.
        Err(_) if !to.exists() => fs::rename(unfinished, to)?,
        Err(error) => return Err(error),
    }
    sync_folder(to)
}

/// The name of a file that is not finished.
pub(crate) fn unfinished(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Makes the names in a file's folder survive a power cut.
pub(crate) fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(folder(file))?.sync_all()
}

/// The folder of a file.
pub(crate) fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The operating system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}
