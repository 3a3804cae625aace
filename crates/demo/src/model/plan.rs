//! From a checkout and a copy that was worked in to the acts that make the one into the other.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use model_stub::Act;

/// What a turn consists of.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// One tool after the other.
    pub(super) acts: Vec<Act>,
    /// What is said at the end.
    pub(super) closing: String,
}

/// Of git's own files none is looked at.
const GIT: &str = ".git";

/// Copies the files of a checkout. Links are left out: nothing of ours is behind one.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() != GIT {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The acts that bring a checkout to where its copy is.
pub(super) fn differences(checkout: &Path, copy: &Path, read_first: bool) -> io::Result<Vec<Act>> {
    let (before, after) = (texts(checkout)?, texts(copy)?);
    let at = |path: &str| checkout.join(path).to_string_lossy().into_owned();
    let mut acts = Vec::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        acts.push(Act::Shell {
            command: format!("rm -f -- '{}'", path.replace('\'', "'\\''")),
        });
    }
    for (path, text) in &after {
        let old = before.get(path);
        if old == Some(text) {
            continue;
        }
        if read_first && old.is_some() {
            acts.push(Act::Read { path: at(path) });
        }
        acts.push(Act::Write {
            path: at(path),
            text: String::from_utf8_lossy(text).into_owned(),
        });
    }
    Ok(acts)
}

/// Every file by its path.
fn texts(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != GIT {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path
                    .strip_prefix(root)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned();
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
