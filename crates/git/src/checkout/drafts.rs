//! Checkouts that are being made.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::{Builder, TempDir};

use crate::error::GitError;

const PREFIX: &str = ".new-";

/// An empty directory beside the place of a checkout. One checkout of a project is made at a time: what else is there was left by a crash, and
/// goes unless somebody still writes to it.
pub(super) fn begin(folder: &Path) -> Result<TempDir, GitError> {
    let parent = folder.parent().unwrap_or(folder);
    let failed = |error| GitError::io("make a directory in", parent)(error);
    for entry in fs::read_dir(parent).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Builder::new()
        .prefix(PREFIX)
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in(parent)
        .map_err(failed)
}
