//! Files of a directory that somebody else writes, read without ever following a symbolic link or waiting for a pipe.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

/// An open directory; what happens to its path afterwards does not matter.
pub(crate) struct Beneath(OwnedFd);

impl Beneath {
    /// Opens a directory; a symbolic link to one is refused.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, folder, FOLDER, Mode::empty())?))
    }

    /// The directory below at this path; none when there is none, or something else is in its place.
    pub(crate) fn folder(&self, path: &str) -> io::Result<Option<Self>> {
        let mut at: Option<OwnedFd> = None;
        for part in path.split('/') {
            let parent = at.as_ref().unwrap_or(&self.0);
            match openat(parent, part, FOLDER, Mode::empty()) {
                Ok(next) => at = Some(next),
                Err(error) if is_absent(error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(at.map(Self))
    }

    /// The regular file at this path; none when there is none, or something else is in its place.
    pub(crate) fn file(&self, path: &str) -> io::Result<Option<File>> {
        let Some((folder, name)) = path.rsplit_once('/') else {
            return self.file_here(path);
        };
        match self.folder(folder)? {
            Some(folder) => folder.file_here(name),
            None => Ok(None),
        }
    }

    /// The content of a file of at most `limit` bytes.
    pub(crate) fn read(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        let read = file.take(limit + 1).read_to_end(&mut content)?;
        if u64::try_from(read).unwrap_or(u64::MAX) > limit {
            return Err(io::Error::other(format!("longer than {limit} bytes")));
        }
        Ok(Some(content))
    }

    /// The names in this directory.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        Ok(names)
    }

    fn file_here(&self, name: &str) -> io::Result<Option<File>> {
        // Without NONBLOCK, opening a pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(error) if is_absent(error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let regular = FileType::from_raw_mode(fstat(&file)?.st_mode) == FileType::RegularFile;
        Ok(regular.then(|| File::from(file)))
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Not there, or there as a link, a socket or something without the wanted kind.
fn is_absent(error: Errno) -> bool {
    [Errno::NOENT, Errno::NOTDIR, Errno::LOOP, Errno::NXIO].contains(&error)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_never_followed() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("in/deep")).unwrap();
        fs::write(folder.path().join("in/deep/file"), "text").unwrap();
        symlink(folder.path().join("in"), folder.path().join("link")).unwrap();
        symlink("file", folder.path().join("in/deep/alias")).unwrap();
        let beneath = Beneath::open(folder.path()).unwrap();
        assert_eq!(beneath.read("in/deep/file", 4).unwrap().unwrap(), b"text");
        assert!(beneath.read("in/deep/file", 3).is_err());
        assert!(beneath.read("link/deep/file", 4).unwrap().is_none());
        assert!(beneath.read("in/deep/alias", 4).unwrap().is_none());
        assert!(beneath.file("in").unwrap().is_none());
        assert!(Beneath::open(&folder.path().join("link")).is_err());
    }
}
