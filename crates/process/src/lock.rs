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
use crate::tree::ProcessStat;

/// [`is_held`] takes the lock for some microseconds; whoever really wants it tries a little longer than that.
const ATTEMPTS: u32 = 5;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(10);

/// A daemon that was killed while it started a program leaves its lock to the child until that is a program of its own; so often
/// the next daemon asks again.
const HEIR_ATTEMPTS: u32 = 500;

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
    /// Takes the lock and writes our pid into the file, which is created (0600) and never removed. When the process that wrote itself into
    /// it is dead, what holds the lock still is on its way out, and is waited for, some seconds at most.
    pub fn acquire(path: &Path) -> Result<DaemonLock, DaemonLockError> {
        Self::acquire_after(path, || moment::pause(ATTEMPT_PAUSE))
    }

    fn acquire_after(path: &Path, mut pause: impl FnMut()) -> Result<DaemonLock, DaemonLockError> {
        let io_error = |source| DaemonLockError::Io {
            path: path.to_owned(),
            source,
        };
        for _ in 0..HEIR_ATTEMPTS {
            let file = open(path).map_err(io_error)?;
            if let Some(lock) = FileLock::take(file).map_err(io_error)? {
                lock.write_pid().map_err(io_error)?;
                return Ok(DaemonLock { _lock: lock });
            }
            if holder(path).is_none_or(is_alive) {
                break;
            }
            pause();
        }
        Err(DaemonLockError::AlreadyRunning {
            path: path.to_owned(),
            pid: holder(path),
        })
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

/// A pid that does not fit is nobody we could wait for.
fn is_alive(pid: u32) -> bool {
    i32::try_from(pid).is_ok_and(|pid| ProcessStat::read(pid).is_some_and(|stat| !stat.zombie))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Above the largest number that the kernel gives to a process.
    const NOBODY: &str = "4194999\n";

    fn held(holder: &str) -> (tempfile::TempDir, PathBuf, FileLock) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orchd.lock");
        let lock = FileLock::take(open(&path).unwrap()).unwrap().unwrap();
        fs::write(&path, holder).unwrap();
        (folder, path, lock)
    }

    #[test]
    fn what_a_dead_daemon_left_its_lock_to_is_waited_for() {
        let (_folder, path, lock) = held(NOBODY);
        let mut heir = Some(lock);
        let mut asked = 0;
        let taken = DaemonLock::acquire_after(&path, || {
            asked += 1;
            if asked == 3 {
                heir.take();
            }
        });
        assert!(taken.is_ok(), "{taken:?}");
        assert_eq!(asked, 3);
        assert_eq!(DaemonLock::holder(&path), Some(std::process::id()));
    }

    #[test]
    fn a_living_daemon_is_not_waited_for() {
        let (_folder, path, _lock) = held(&std::process::id().to_string());
        let refused = DaemonLock::acquire_after(&path, || panic!("nothing to wait for"));
        assert!(matches!(refused, Err(DaemonLockError::AlreadyRunning { .. })));
    }
}
