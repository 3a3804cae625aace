//! Advisory file locks (`flock`): life of a runner, one daemon per data directory.
//!
//! The kernel drops the lock when the last descriptor of the opened file is closed, however the holder dies, so a
//! held lock is a living holder. The holder's pid stands in the file, for people and for waiting.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::moment;

/// [`is_held`] takes the lock for some microseconds; whoever really wants it tries a little longer than that.
const ATTEMPTS: u32 = 5;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(10);

/// The lock that keeps a second daemon away from a data directory; released when dropped or when the process ends.
#[derive(Debug)]
pub struct DaemonLock {
    /// Held, never read.
    _lock: FileLock,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DaemonLockError {
    /// Another process holds it.
    #[error("{} is held by {}; stop that one first", path.display(), holder_text(*pid))]
    AlreadyRunning {
        /// The lock file.
        path: PathBuf,
        /// Who wrote itself into the file; `None` when it has not done so yet.
        pid: Option<u32>,
    },
    /// The file could not be opened, locked or written.
    #[error("could not lock {}: {source}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

impl DaemonLock {
    /// Takes the lock and writes our pid into the file, which is created (0600) and never removed.
    pub fn acquire(path: &Path) -> Result<DaemonLock, DaemonLockError> {
        let io_error = |source| DaemonLockError::Io {
            path: path.to_owned(),
            source,
        };
        let file = open(path).map_err(io_error)?;
        let Some(lock) = FileLock::take(file).map_err(io_error)? else {
            return Err(DaemonLockError::AlreadyRunning {
                path: path.to_owned(),
                pid: holder(path),
            });
        };
        lock.write_pid().map_err(io_error)?;
        Ok(DaemonLock { _lock: lock })
    }

    /// Whether a living process holds the lock. Creates nothing; a file that is not there is held by nobody.
    pub fn is_held(path: &Path) -> io::Result<bool> {
        is_held(path)
    }

    /// The pid that the last holder wrote; it means something only while the lock is held.
    #[must_use]
    pub fn holder(path: &Path) -> Option<u32> {
        holder(path)
    }
}

fn holder_text(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// An exclusive lock on an open file.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// `None` when somebody else holds it.
    pub(crate) fn take(file: File) -> io::Result<Option<FileLock>> {
        for _ in 1..ATTEMPTS {
            if try_lock(&file, FlockOperation::NonBlockingLockExclusive)? {
                return Ok(Some(FileLock(file)));
            }
            moment::pause(ATTEMPT_PAUSE);
        }
        Ok(try_lock(&file, FlockOperation::NonBlockingLockExclusive)?.then_some(FileLock(file)))
    }

    /// Says in the file who holds the lock.
    pub(crate) fn write_pid(&self) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0
            .write_all_at(format!("{}\n", std::process::id()).as_bytes(), 0)
    }

    /// The locked file, to be handed to a child: the lock goes with the opened file, so both hold it.
    pub(crate) fn into_file(self) -> File {
        self.0
    }
}

/// Opens a lock file for its holder.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// Whether a living process holds the lock. A file that does not exist is held by nobody.
pub(crate) fn is_held(path: &Path) -> io::Result<bool> {
    match File::open(path) {
        // Closing the file ends our own short hold.
        Ok(file) => Ok(!try_lock(&file, FlockOperation::NonBlockingLockShared)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The pid that the last holder wrote. It means something only while the lock is held.
pub(crate) fn holder(path: &Path) -> Option<u32> {
    let mut text = String::new();
    File::open(path).ok()?.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn try_lock(file: &File, operation: FlockOperation) -> io::Result<bool> {
    loop {
        match flock(file, operation) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => return Ok(false),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
