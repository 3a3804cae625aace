//! Whether branches may have changed, told without running git: by the files and directories that git writes them to.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::time::Timestamp;

use super::Repository;
use crate::error::GitError;

/// Git writes a reference beside its place and renames it, which changes the directory: so the directories tell, however many branches they
/// hold. The second one is that of the format `reftable`.
const DIRECTORIES: [&str; 2] = ["refs/heads", "reftable"];
const PACKED: &str = "packed-refs";

/// A file system's clock ticks in milliseconds, or in seconds on old ones: two changes within a tick look like one.
const TICK: Duration = Duration::from_secs(2);

/// How a repository's branches lay on the disk at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefStamp {
    seen: Vec<Seen>,
}

impl RefStamp {
    /// Whether every change after it makes another stamp. At `now`, when it was taken, the last change must be old enough to be told from the next;
    /// one that is dated later than now tells nothing.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.seen.iter().all(|seen| seen.changed().plus(TICK) < now)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    inode: u64,
    length: u64,
    /// Seconds and nanoseconds; nobody can set it, other than the time of the content.
    changed: (i64, i64),
}

impl Seen {
    fn new(path: &Path, found: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            inode: found.ino(),
            length: found.len(),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    fn changed(&self) -> Timestamp {
        let (seconds, nanoseconds) = self.changed;
        Timestamp(
            seconds
                .saturating_mul(1_000)
                .saturating_add(nanoseconds / 1_000_000),
        )
    }
}

impl Repository {
    /// How the branches lie on the disk now. Of two stamps that are equal, the first one settled, no branch was made, moved or removed in between.
    ///
    /// # Errors
    /// A directory cannot be read.
    pub fn branch_stamp(&self) -> Result<RefStamp, GitError> {
        let mut seen = Vec::new();
        let packed = self.path().join(PACKED);
        seen.extend(look(&packed)?.map(|found| Seen::new(&packed, &found)));
        for directory in DIRECTORIES {
            walk(&self.path().join(directory), &mut seen)?;
        }
        seen.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(RefStamp { seen })
    }
}

/// The directory and those in it. What is gone meanwhile has changed the directory that it was in.
fn walk(directory: &Path, seen: &mut Vec<Seen>) -> Result<(), GitError> {
    let Some(found) = look(directory)? else {
        return Ok(());
    };
    seen.push(Seen::new(directory, &found));
    if !found.is_dir() {
        return Ok(());
    }
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    for entry in entries.map_err(GitError::io("list", directory))? {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), seen)?;
        }
    }
    Ok(())
}

fn look(path: &Path) -> Result<Option<Metadata>, GitError> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(GitError::io("look at", path)(error)),
    }
}
