//! The file before SQLite opens it: SQLite answers "unable to open" to almost everything that can be wrong here.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::durable::{folder, sync_folder};
use crate::open::error::OpenError;

/// Bytes of the smallest database that is not empty.
const SMALLEST_PAGE: u64 = 512;

/// Makes folder and file, readable by our account alone, unless they are there.
pub(super) fn create(path: &Path) -> Result<(), OpenError> {
    let folder = folder(path);
    create_folder(&folder)?;
    if path.is_dir() {
        return Err(OpenError::FileIsDirectory(path.to_owned()));
    }
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| OpenError::io(path, &error))?;
    check_size(
        path,
        file.metadata()
            .map_err(|error| OpenError::io(path, &error))?
            .len(),
    )?;
    // So that the file's name survives a power cut like the commits in it.
    sync_folder(path).map_err(|error| OpenError::io(&folder, &error))
}

/// The file is there.
pub(super) fn find(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(OpenError::FileIsDirectory(path.to_owned())),
        Ok(found) => check_size(path, found.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(OpenError::Missing(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(OpenError::DirectoryIsFile(folder(path)))
        }
        Err(error) => Err(OpenError::io(path, &error)),
    }
}

/// A few bytes are no database, but SQLite would take them for an empty one and write over them.
fn check_size(path: &Path, bytes: u64) -> Result<(), OpenError> {
    if (1..SMALLEST_PAGE).contains(&bytes) {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    Ok(())
}

fn create_folder(folder: &Path) -> Result<(), OpenError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    match made {
        Ok(()) => Ok(()),
        Err(error) if is_not_a_folder(&error) => Err(OpenError::DirectoryIsFile(folder.to_owned())),
        Err(error) => Err(OpenError::io(folder, &error)),
    }
}

fn is_not_a_folder(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotADirectory)
}
