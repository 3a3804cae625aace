//! A reserve of disk: a file beside the database that is given up when the disk is full, so that the last writes, the alert and the end of what
//! runs find room. It comes back when there is plenty. Knows nothing of what the database holds.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::Errno;

use crate::condition::{Cause, Condition};
use crate::durable;
use crate::open::in_use::beside;

/// The reserve is made when so many times its size is free.
const PLENTY: u64 = 4;

/// With less free than this share of it a start would find no room for its first files.
const LITTLE: u64 = 16;

/// The reserve of one database.
pub(crate) struct Reserve {
    file: PathBuf,
    bytes: u64,
    /// It could not be made: not tried again before the next start.
    refused: bool,
}

impl Reserve {
    /// Of so many bytes; 0: none, and one that is there goes. On a disk that is all but full it is given up at once.
    pub(crate) fn new(database: &Path, bytes: u64) -> Self {
        let reserve = Self {
            file: beside(database, ".reserve"),
            bytes,
            refused: false,
        };
        let is_little = || reserve.free().is_ok_and(|free| free < bytes / LITTLE);
        if reserve.is_there() && (bytes == 0 || is_little()) {
            reserve.give_up();
        }
        reserve
    }

    /// Gives the reserve up when the disk is full, and makes it when there is plenty of room.
    pub(crate) fn tend(&mut self, condition: &Condition) {
        match condition.degraded().map(|degraded| degraded.cause) {
            Some(Cause::DiskFull) => self.give_up(),
            None => self.fill(),
            Some(
                Cause::ReadOnly
                | Cause::InputOutput
                | Cause::SyncFailed
                | Cause::WriterFailed
                | Cause::LogMissing
                | Cause::Damaged,
            ) => {}
        }
    }

    fn give_up(&self) {
        match fs::remove_file(&self.file) {
            Ok(()) => {
                let (path, mib) = (self.file.display(), self.bytes >> 20);
                tracing::error!(%path, mib, "the disk is full; the reserve is given up, make room before that is used as well");
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::error!(path = %self.file.display(), %error, "the reserve of disk could not be given up");
            }
        }
    }

    fn fill(&mut self) {
        let wanted = self.bytes > 0 && !self.refused && !self.is_there();
        if !wanted || self.free().is_ok_and(|free| free / PLENTY < self.bytes) {
            return;
        }
        let unfinished = durable::unfinished(&self.file);
        let made = allocate(&unfinished, self.bytes)
            .and_then(|()| fs::rename(&unfinished, &self.file))
            .and_then(|()| durable::sync_folder(&self.file));
        if let Err(error) = made {
            self.refused = true;
            let _ = fs::remove_file(&unfinished);
            tracing::warn!(path = %self.file.display(), %error, "the reserve of disk could not be made; a full disk is met without it");
        }
    }

    fn is_there(&self) -> bool {
        self.file.exists()
    }

    /// Bytes that we may still use.
    fn free(&self) -> io::Result<u64> {
        let about = statvfs(durable::folder(&self.file))?;
        Ok(about.f_bavail.saturating_mul(about.f_frsize))
    }
}

/// Blocks that are really taken, where the file system can promise them; else bytes that are written.
fn allocate(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Ok(()) => {}
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
            io::copy(&mut io::Read::take(io::repeat(0xA5), bytes), &mut file)?;
            file.flush()?;
        }
        Err(error) => return Err(error.into()),
    }
    file.sync_all()
}

#[cfg(test)]
mod cases {
    use super::*;

    fn there(folder: &tempfile::TempDir) -> Option<u64> {
        let file = folder.path().join("state.db.reserve");
        fs::metadata(file).ok().map(|about| about.len())
    }

    fn reserve(folder: &tempfile::TempDir, bytes: u64) -> (Reserve, Condition) {
        let database = folder.path().join("state.db");
        (Reserve::new(&database, bytes), Condition::new(&database, None))
    }

    #[test]
    fn it_is_given_up_when_the_disk_is_full_and_comes_back_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let (mut reserve, condition) = reserve(&folder, 1 << 20);
        for _ in 0..2 {
            reserve.tend(&condition);
            assert_eq!(there(&folder), Some(1 << 20));
        }
        condition.degrade(Cause::DiskFull, "test".to_owned());
        for _ in 0..2 {
            reserve.tend(&condition);
            assert_eq!(there(&folder), None);
        }
        condition.mend();
        reserve.tend(&condition);
        assert_eq!(there(&folder), Some(1 << 20));
    }

    #[test]
    fn another_fault_does_not_touch_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut reserve, condition) = reserve(&folder, 1 << 20);
        reserve.tend(&condition);
        condition.degrade(Cause::ReadOnly, "test".to_owned());
        reserve.tend(&condition);
        assert_eq!(there(&folder), Some(1 << 20));
    }

    #[test]
    fn it_never_takes_the_last_room() {
        let folder = tempfile::tempdir().unwrap();
        let (mut reserve, condition) = reserve(&folder, u64::MAX / 8);
        reserve.tend(&condition);
        assert_eq!(there(&folder), None);
    }

    #[test]
    fn none_is_wanted_where_its_size_is_nought() {
        let folder = tempfile::tempdir().unwrap();
        let (mut before, condition) = reserve(&folder, 1 << 20);
        before.tend(&condition);
        let (mut none, condition) = reserve(&folder, 0);
        assert_eq!(there(&folder), None);
        none.tend(&condition);
        assert_eq!(there(&folder), None);
    }
}
