//! Checkouts taken out of the way. Links are removed, never followed; directories that an agent locked are unlocked first.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use crate::error::GitError;

/// Where a checkout goes before it is removed.
pub(crate) fn grave(folder: &Path) -> PathBuf {
    let mut name = OsString::from(".gone-");
    name.push(folder.file_name().unwrap_or_default());
    folder.with_file_name(name)
}

/// Removes a checkout, and what an earlier removal left that was interrupted. It gets another name first: half a checkout under its own name
/// would pass for work in which somebody deleted the other half.
pub(super) fn discard(folder: &Path) -> Result<(), GitError> {
    match bury(folder)? {
        Some(grave) => remove_tree(&grave),
        None => Ok(()),
    }
}

/// The same for whoever wants the place and not the room: the files go while the next checkout is written. What stays then is found by the
/// next removal, which does not go on without it.
pub(super) fn clear(folder: &Path) -> Result<(), GitError> {
    let Some(grave) = bury(folder)? else {
        return Ok(());
    };
    let path = grave.clone();
    let removal = move || {
        if let Err(error) = remove_tree(&path) {
            tracing::warn!(%error, "a checkout that nobody needs is still there");
        }
    };
    match thread::Builder::new().name("removal".to_owned()).spawn(removal) {
        Ok(_) => Ok(()),
        // No thread to be had: it takes as long as it takes.
        Err(_) => remove_tree(&grave),
    }
}

/// Takes a checkout out of its place; none when there is nothing left to remove.
fn bury(folder: &Path) -> Result<Option<PathBuf>, GitError> {
    let grave = grave(folder);
    remove_tree(&grave)?;
    if !is_folder(folder) {
        return remove_tree(folder).map(|()| None);
    }
    fs::rename(folder, &grave).map_err(GitError::io("move away", folder))?;
    Ok(Some(grave))
}

/// A real directory, not a link to one.
pub(super) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

/// Removes whatever is at the path. Nothing there is success; anything that stays is an error.
pub(super) fn remove_tree(path: &Path) -> Result<(), GitError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path).or_else(|error| {
            if error.kind() != io::ErrorKind::PermissionDenied {
                return Err(error);
            }
            unlock(path)?;
            fs::remove_dir_all(path)
        }),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(GitError::io("remove", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Moves a checkout to `.kept/<name>-<number>` and answers where that is.
pub(super) fn set_aside(root: &Path, name: &str) -> Result<PathBuf, GitError> {
    let parent = root.join(".kept");
    fs::create_dir_all(&parent).map_err(GitError::io("create", &parent))?;
    let from = root.join(name);
    let target = (1_u32..)
        .map(|number| parent.join(format!("{name}-{number}")))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| parent.join(name));
    // A directory that its owner may not write cannot be moved to another parent.
    fs::set_permissions(&from, Permissions::from_mode(0o755)).map_err(GitError::io("unlock", &from))?;
    fs::rename(&from, &target).map_err(GitError::io("move aside", &from))?;
    Ok(target)
}

fn unlock(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // The entry's own type: a link to a directory is not one.
        if entry.file_type()?.is_dir() {
            unlock(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_free_at_once_however_often_and_nothing_is_left_in_the_end() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("shop");
        for round in 0..5 {
            for part in 0..20 {
                let part = folder.join(format!("part-{part}"));
                fs::create_dir_all(&part).unwrap();
                for file in 0..50 {
                    fs::write(part.join(file.to_string()), "text").unwrap();
                }
            }
            // The removal of the round before may still be under way.
            clear(&folder).unwrap();
            assert!(fs::symlink_metadata(&folder).is_err(), "round {round}");
        }
        discard(&folder).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
