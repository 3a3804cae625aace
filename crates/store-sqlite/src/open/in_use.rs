//! A note beside the database that says: it is in use, and its write-ahead log belongs to it.
//!
//! SQLite cannot tell that a log is missing: it takes the file as it is, without the commits that were only in the log. The note is
//! written when the log is there and taken away when the log is empty, so a note without a log means that commits were lost.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::durable;

const LOG_MISSING: &str = "log missing";

/// What the note says of the last daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// It closed the database, or there was none.
    Closed,
    /// It died; the log is there.
    Died,
    /// The log was gone when the database was opened after that.
    LogMissing,
}

/// Looks, before any connection is made: one would make an empty log. That the log is missing is written into the note, so that it is
/// known until an operator has decided.
pub(crate) fn look(database: &Path) -> io::Result<Last> {
    let Some(note) = read(database)? else {
        return Ok(Last::Closed);
    };
    if note.starts_with(LOG_MISSING) {
        return Ok(Last::LogMissing);
    }
    let is_filled = fs::metadata(database).is_ok_and(|found| found.len() > 0);
    // The note goes before the log does: one that is still there after the look at the log was no matter of a daemon that is just ending.
    if !is_filled || beside(database, "-wal").exists() || read(database)?.is_none() {
        return Ok(Last::Died);
    }
    write(
        database,
        &format!(
            "{LOG_MISSING}\nThe write-ahead log of the database beside this file was gone when it was opened; what it held is lost.\n"
        ),
    )?;
    Ok(Last::LogMissing)
}

/// Says that the database is in use. The log has to be there.
pub(crate) fn begin(database: &Path) -> io::Result<()> {
    write(
        database,
        "in use\norchd uses the database beside this file, or died while it did: do not move the -wal file away.\n",
    )
}

/// Says that nothing is missing without the log.
pub(crate) fn end(database: &Path) -> io::Result<()> {
    match fs::remove_file(beside(database, ".in-use")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => durable::sync_folder(database),
    }
}

/// `orchestrator.db-wal`, `orchestrator.db.in-use` and the like.
pub(crate) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn read(database: &Path) -> io::Result<Option<String>> {
    match fs::read(beside(database, ".in-use")) {
        Ok(note) => Ok(Some(String::from_utf8_lossy(&note).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(database: &Path, text: &str) -> io::Result<()> {
    let unfinished = beside(database, ".in-use.unfinished");
    let mut file = File::create(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, beside(database, ".in-use"))?;
    durable::sync_folder(database)
}
