//! Whether files below the working directory change. A look costs a bounded time: it does not follow links, reads no
//! content and ends after so many entries, the upper folders first. The run directory, which we write to ourselves, is
//! left out.

use std::collections::VecDeque;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// About 50 ms of looking.
const MOST_ENTRIES: usize = 20_000;

pub(super) struct FileTrace {
    root: PathBuf,
    left_out: Option<Identity>,
    last: u64,
}

/// Device and inode.
type Identity = (u64, u64);

impl FileTrace {
    pub(super) fn new(root: &Path, run_dir: &Path) -> FileTrace {
        let left_out = fs::metadata(run_dir).ok().map(|meta| identity(&meta));
        FileTrace {
            root: root.to_owned(),
            left_out,
            last: trace(root, left_out),
        }
    }

    /// Whether something was made, written, renamed or removed since the last call.
    pub(super) fn has_changed(&mut self) -> bool {
        let now = trace(&self.root, self.left_out);
        std::mem::replace(&mut self.last, now) != now
    }
}

/// The sum of one number per entry, so that the order in which a folder lists them does not matter.
fn trace(root: &Path, left_out: Option<Identity>) -> u64 {
    let mut folders = VecDeque::from([root.to_owned()]);
    let (mut sum, mut left) = (0_u64, MOST_ENTRIES);
    while let Some(folder) = folders.pop_front() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if left == 0 {
                return sum;
            }
            left -= 1;
            // Not of what a link points to.
            let Ok(meta) = entry.metadata() else { continue };
            if left_out == Some(identity(&meta)) {
                continue;
            }
            sum = sum.wrapping_add(number(&meta));
            if meta.is_dir() {
                folders.push_back(entry.path());
            }
        }
    }
    sum
}

fn identity(meta: &Metadata) -> Identity {
    (meta.dev(), meta.ino())
}

/// The time of the last change of an entry moves with every write, and cannot be set back.
fn number(meta: &Metadata) -> u64 {
    let mut hasher = DefaultHasher::new();
    (meta.ino(), meta.size(), meta.ctime(), meta.ctime_nsec()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_written_renamed_or_removed_is_a_change_and_a_look_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("a/b")).unwrap();
        fs::create_dir_all(path("runs/1")).unwrap();
        fs::write(path("a/b/file"), "1").unwrap();
        let mut trace = FileTrace::new(folder.path(), &path("runs/1"));
        assert!(!trace.has_changed());
        fs::write(path("a/b/file"), "12").unwrap();
        assert!(trace.has_changed());
        fs::rename(path("a/b/file"), path("a/b/other")).unwrap();
        assert!(trace.has_changed());
        fs::write(path("a/new"), "").unwrap();
        assert!(trace.has_changed());
        fs::remove_file(path("a/new")).unwrap();
        assert!(trace.has_changed());
        fs::read(path("a/b/other")).unwrap();
        fs::write(path("runs/1/progress.json"), "{}").unwrap();
        assert!(!trace.has_changed());
    }

    #[test]
    fn links_are_not_followed_and_a_folder_that_is_gone_is_no_trouble() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
        let mut trace = FileTrace::new(folder.path(), Path::new("/nowhere"));
        fs::write(outside.path().join("file"), "").unwrap();
        assert!(!trace.has_changed());
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(trace.has_changed());
        assert!(!trace.has_changed());
    }
}
