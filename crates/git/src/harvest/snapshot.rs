//! A work tree as a tree object, made with an index of ours. Filters that the work tree's attributes name do not exist in
//! our configuration, links are stored as links, and directories that are repositories of their own are not looked into.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use pipeline_core::id::{CommitSha, TreeSha};
use pipeline_core::port::PortError;

use super::{Source, refused};
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::repository::Repository;
use crate::scratch::Scratch;

/// The work tree's tree: tracked files as they are now, and new ones that the repository's own `.gitignore` does not name.
pub(super) fn tree_of_work(
    mirror: &Mirror,
    source: &Source<'_>,
    head: &CommitSha,
) -> Result<TreeSha, PortError> {
    refuse_pipes(source.folder)?;
    let scratch = Scratch::new(&mirror.repository)?;
    let index = Index {
        repository: &mirror.repository,
        file: &scratch.path().join("index"),
        work_tree: source.folder,
    };
    index
        .run("read-tree")
        .arg(head.as_str())
        .bytes()
        .map_err(PortError::from)?;
    let (tracked, untracked) = index.tracked_and_untracked()?;
    let (submodules, tracked): (Vec<Entry>, Vec<Entry>) = tracked.into_iter().partition(Entry::is_submodule);
    let untracked = if submodules.is_empty() {
        untracked
    } else {
        // Git would run `status` inside a submodule, with the agent's configuration; without an entry there is none.
        index.feed(
            &["--force-remove"],
            submodules.iter().map(|entry| entry.path.as_slice()),
        )?;
        index.tracked_and_untracked()?.1
    };
    let mut paths = Sorted::default();
    for entry in &tracked {
        paths.sort_in(source, &entry.path)?;
    }
    for path in untracked {
        if !is_in_submodule(&path, &submodules) {
            paths.sort_in(source, &path)?;
        }
    }
    index.feed(&["--force-remove"], paths.gone.iter().map(Vec::as_slice))?;
    index.feed(
        &["--add", "--remove", "--replace"],
        paths.present.iter().map(Vec::as_slice),
    )?;
    index.restore(&submodules)?;
    Ok(mirror.repository.write_index(index.file)?)
}

/// The sentence about a file above the limit.
pub(super) fn too_large(path: &str, limit: u64) -> String {
    format!("the file '{path}' is larger than {limit} bytes; remove it or add it to .gitignore")
}

fn foreign_file(path: &str) -> String {
    format!("the file '{path}' in the checkout is a hard link to a file of another account; remove it")
}

/// A hard link brings in what the agent could name and perhaps not read. A checkout that was given away has files of the
/// daemon's too, but no second names of them.
fn is_of_somebody_else(about: &Metadata, checkout: &Path) -> bool {
    let owner = || fs::symlink_metadata(checkout).map(|checkout| checkout.uid());
    about.is_file() && about.nlink() > 1 && owner().is_ok_and(|owner| owner != about.uid())
}

/// Git opens these two wherever it looks, and would wait for ever for somebody to write into a pipe.
fn refuse_pipes(folder: &Path) -> Result<(), PortError> {
    let failed =
        |path: &Path, error: io::Error| refused(&format!("{path:?} in the checkout cannot be read: {error}"));
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let kind = entry.file_type().map_err(|error| failed(&entry.path(), error))?;
            let name = entry.file_name();
            if kind.is_dir() && name != ".git" {
                folders.push(entry.path());
            } else if kind.is_fifo() && (name == ".gitignore" || name == ".gitattributes") {
                return Err(refused(&format!(
                    "{:?} in the checkout is a pipe; remove it",
                    entry.path()
                )));
            }
        }
    }
    Ok(())
}

/// What happens to the entry of a path.
#[derive(Default)]
struct Sorted {
    present: Vec<Vec<u8>>,
    gone: Vec<Vec<u8>>,
    /// Directories that were looked at, and whether they and all above them are real ones.
    real_folders: HashMap<PathBuf, bool>,
}

impl Sorted {
    fn sort_in(&mut self, source: &Source<'_>, path: &[u8]) -> Result<(), PortError> {
        let shown = || String::from_utf8_lossy(path);
        if path.ends_with(b"/") {
            return Err(refused(&format!(
                "'{}' in the checkout is a git repository of its own; remove its .git or add it to .gitignore",
                shown()
            )));
        }
        let path_in_tree = Path::new(OsStr::from_bytes(path));
        let about = fs::symlink_metadata(source.folder.join(path_in_tree));
        match about {
            Ok(_) if !self.is_real_folder(source, path_in_tree.parent().unwrap_or(Path::new(""))) => {
                self.gone.push(path.to_vec());
            }
            Ok(about) if about.is_file() && about.len() > source.largest_file => {
                return Err(refused(&too_large(&shown(), source.largest_file)));
            }
            Ok(about) if is_of_somebody_else(&about, source.folder) => {
                return Err(refused(&foreign_file(&shown())));
            }
            Ok(about) if about.is_file() || about.is_symlink() => self.present.push(path.to_vec()),
            // A directory in a file's place, a pipe, nothing.
            Ok(_) | Err(_) => self.gone.push(path.to_vec()),
        }
        Ok(())
    }

    /// What lies behind a link belongs to somebody else.
    fn is_real_folder(&mut self, source: &Source<'_>, folder: &Path) -> bool {
        let Some(parent) = folder.parent() else {
            return true;
        };
        if let Some(known) = self.real_folders.get(folder) {
            return *known;
        }
        let real = self.is_real_folder(source, parent)
            && fs::symlink_metadata(source.folder.join(folder)).is_ok_and(|about| about.is_dir());
        self.real_folders.insert(folder.to_owned(), real);
        real
    }
}

/// An index of ours over a work tree of theirs.
struct Index<'a> {
    repository: &'a Repository,
    file: &'a Path,
    work_tree: &'a Path,
}

struct Entry {
    mode: Vec<u8>,
    object: Vec<u8>,
    path: Vec<u8>,
}

impl Entry {
    fn is_submodule(&self) -> bool {
        self.mode == b"160000"
    }
}

impl Index<'_> {
    fn run(&self, verb: &str) -> crate::command::Invocation {
        self.repository
            .run(verb)
            .index(self.file)
            .work_tree(self.work_tree)
    }

    fn entries(&self) -> Result<Vec<Entry>, GitError> {
        let listing = self.run("ls-files").args(["--stage", "-z"]).bytes()?;
        listing
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty())
            .map(|line| read_entry(line).ok_or_else(|| GitError::unexpected("ls-files", line, "an entry")))
            .collect()
    }

    /// The entries, and the paths that are neither tracked nor ignored; one that ends in `/` is a repository of its own.
    fn tracked_and_untracked(&self) -> Result<(Vec<Entry>, Vec<Vec<u8>>), GitError> {
        let listing = self
            .run("ls-files")
            .args(["--stage", "--others", "--exclude-standard", "-t", "-z"])
            .bytes()?;
        let (mut tracked, mut untracked) = (Vec::new(), Vec::new());
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            match line.strip_prefix(b"? ") {
                Some(path) => untracked.push(path.to_vec()),
                None => tracked.push(
                    line.strip_prefix(b"H ")
                        .and_then(read_entry)
                        .ok_or_else(|| GitError::unexpected("ls-files", line, "an entry"))?,
                ),
            }
        }
        Ok((tracked, untracked))
    }

    fn feed<'p>(&self, flags: &[&str], paths: impl Iterator<Item = &'p [u8]>) -> Result<(), GitError> {
        let paths: Vec<u8> = paths.flat_map(|path| [path, b"\0"].concat()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        self.run("update-index")
            .args(flags)
            .args(["-z", "--stdin"])
            .stdin(paths)
            .bytes()
            .map(drop)
    }

    /// Submodules stay as they were, unless a file took their place. One that came in meanwhile is refused.
    fn restore(&self, submodules: &[Entry]) -> Result<(), PortError> {
        let now = self.entries()?;
        if let Some(entry) = now.iter().find(|entry| entry.is_submodule()) {
            let path = String::from_utf8_lossy(&entry.path);
            return Err(refused(&format!(
                "'{path}' in the checkout became a git repository of its own"
            )));
        }
        let lines: Vec<u8> = submodules
            .iter()
            .filter(|module| !now.iter().any(|entry| entry.path == module.path))
            .flat_map(|module| {
                [
                    &module.mode,
                    b" ".as_slice(),
                    &module.object,
                    b"\t",
                    &module.path,
                    b"\0",
                ]
                .concat()
            })
            .collect();
        if !lines.is_empty() {
            self.run("update-index")
                .args(["--add", "-z", "--index-info"])
                .stdin(lines)
                .bytes()
                .map_err(PortError::from)?;
        }
        Ok(())
    }
}

fn is_in_submodule(path: &[u8], submodules: &[Entry]) -> bool {
    submodules.iter().any(|module| {
        path.strip_prefix(module.path.as_slice())
            .is_some_and(|rest| rest.starts_with(b"/"))
    })
}

/// `160000 <id> 0\tpath`
fn read_entry(line: &[u8]) -> Option<Entry> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let mut words = line[..tab].split(|byte| *byte == b' ');
    Some(Entry {
        mode: words.next()?.to_vec(),
        object: words.next()?.to_vec(),
        path: line[tab + 1..].to_vec(),
    })
}
