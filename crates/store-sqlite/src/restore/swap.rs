//! The exchange of two database files, so that a crash in between never joins a file with the log of another.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::durable;
use crate::open::in_use::{self, beside};

/// Puts `prepared` in the place of `database`; answers where that is kept. The order counts: the old log goes first, for SQLite would take
/// it for the new file's. A crash right after that leaves the old file without its log, which the note beside it tells.
pub(super) fn into_place(prepared: &Path, database: &Path, suffix: &str) -> io::Result<Option<PathBuf>> {
    let kept = beside(database, &format!(".{suffix}"));
    let there = database.symlink_metadata().is_ok();
    if there {
        if kept.symlink_metadata().is_ok() {
            return Err(io::Error::new(
                ErrorKind::AlreadyExists,
                format!("{} exists", kept.display()),
            ));
        }
        unless_missing(fs::rename(beside(database, "-wal"), beside(&kept, "-wal")))?;
        unless_missing(fs::remove_file(beside(database, "-shm")))?;
        keep(database, &kept)?;
        durable::sync_folder(database)?;
    }
    // Its log is empty and went into the file.
    unless_missing(fs::remove_file(beside(prepared, "-wal")))?;
    unless_missing(fs::remove_file(beside(prepared, "-shm")))?;
    fs::rename(prepared, database)?;
    durable::sync_folder(database)?;
    in_use::end(database)?;
    Ok(there.then_some(kept))
}

/// Takes away a file that was not finished.
pub(super) fn remove(prepared: &Path) {
    for ending in ["", "-wal", "-shm"] {
        // What cannot be removed is written over by the next try.
        let _ = fs::remove_file(beside(prepared, ending));
    }
}

/// The old file has both names until the new one takes the first: there is no moment without a database, in which a daemon would make one.
fn keep(database: &Path, kept: &Path) -> io::Result<()> {
    match fs::hard_link(database, kept) {
        Ok(()) => Ok(()),
        // A file system without links.
        Err(_) => fs::copy(database, kept).and_then(|_| fs::File::open(kept)?.sync_all()),
    }
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
