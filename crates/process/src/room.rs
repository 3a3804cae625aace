//! What is free on this machine: memory, and disks of folders.

use std::io;
use std::path::{Path, PathBuf};

const MEMORY: &str = "/proc/meminfo";

/// What is free on the file system of a folder, for our account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskRoom {
    /// Which file system: equal for folders on the same one.
    pub file_system: u64,
    /// Bytes.
    pub bytes: u64,
    /// Files; none where the file system does not count them.
    pub inodes: Option<u64>,
}

/// Memory that a new process can have without swapping, in bytes (`MemAvailable`).
///
/// # Errors
/// The kernel does not say; the error names the file.
pub fn free_memory() -> io::Result<u64> {
    let unread = |why: String| io::Error::other(format!("{MEMORY} cannot be read: {why}"));
    let text = std::fs::read_to_string(MEMORY).map_err(|error| unread(error.to_string()))?;
    available(&text).ok_or_else(|| unread("it has no line MemAvailable in kB".to_owned()))
}

/// What is free where this folder lies, or will lie: a folder that is not there yet counts as its nearest parent that is.
///
/// # Errors
/// The file system cannot be asked; the error names the folder.
pub fn free_disk(folder: &Path) -> io::Result<DiskRoom> {
    let there = nearest(folder);
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", there.display()));
    let found = rustix::fs::statvfs(&there).map_err(|error| named(error.into()))?;
    let device = rustix::fs::stat(&there).map_err(|error| named(error.into()))?;
    Ok(DiskRoom {
        file_system: device.st_dev,
        bytes: found.f_bavail.saturating_mul(found.f_frsize),
        inodes: (found.f_files > 0).then_some(found.f_favail),
    })
}

fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|folder| folder.exists());
    match there {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

fn available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn the_kernels_line_is_read_or_refused() {
        for (text, expected) in [
            (
                "MemTotal: 9 kB\nMemAvailable:   12345 kB\nX: 1",
                Some(12_345 * 1_024),
            ),
            ("MemTotal: 9 kB", None),
            ("MemAvailable: many kB", None),
            ("MemAvailable: 12", None),
            ("", None),
        ] {
            assert_eq!(available(text), expected, "{text}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_yet_lies_where_its_parent_does() {
        let folder = tempfile::tempdir().unwrap();
        let there = free_disk(folder.path()).unwrap();
        let later = free_disk(&folder.path().join("a/b")).unwrap();
        assert_eq!(there.file_system, later.file_system);
        assert!(free_disk(Path::new("not-there")).unwrap().bytes > 0);
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(free_memory().unwrap() > 0);
    }
}
