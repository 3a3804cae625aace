//! Trees: read, listed, patched with a throw-away index, compared. No work tree is involved.

use std::path::Path;

use pipeline_core::id::{BlobSha, CommitSha, TreeSha};
use pipeline_core::run::{Change, ChangedPath};

use super::{Repository, check_object_id, check_path};
use crate::command::failed;
use crate::error::GitError;
use crate::scratch::Scratch;

const SYMBOLIC_LINK: &str = "120000";
const SUBMODULE: &str = "160000";

/// Git knows it without storing it.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// One entry of a tree, files of sub-directories included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// `100644`, `100755`, `120000` or `160000`.
    pub(crate) mode: String,
    /// The object.
    pub(crate) object: String,
    /// From the top of the tree; bytes that are not UTF-8 are replaced.
    pub(crate) path: String,
}

impl TreeEntry {
    pub(crate) fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

/// A change to a tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct TreePatch {
    /// Files and directories to leave out.
    pub(crate) remove: Vec<String>,
    /// Files to write.
    pub(crate) write: Vec<(String, BlobSha)>,
}

impl Repository {
    /// The whole tree of a commit.
    pub fn tree(&self, commit: &CommitSha) -> Result<TreeSha, GitError> {
        Ok(self.commit(commit)?.tree)
    }

    /// Stores files as a tree of their own.
    pub fn tree_of_files(&self, files: &[(String, String)]) -> Result<TreeSha, GitError> {
        self.patched_tree(EMPTY_TREE, &self.patch_of_files(files)?)
    }

    /// The tree of a commit with these files added or replaced.
    pub fn tree_with_files(
        &self,
        commit: &CommitSha,
        files: &[(String, String)],
    ) -> Result<TreeSha, GitError> {
        self.patched_tree(commit.as_str(), &self.patch_of_files(files)?)
    }

    fn patch_of_files(&self, files: &[(String, String)]) -> Result<TreePatch, GitError> {
        let write = files
            .iter()
            .map(|(path, text)| Ok((check_path(path)?.to_owned(), self.write_blob(text.as_bytes())?)))
            .collect::<Result<_, GitError>>()?;
        Ok(TreePatch {
            remove: Vec::new(),
            write,
        })
    }

    /// Stores a blob.
    pub fn write_blob(&self, content: &[u8]) -> Result<BlobSha, GitError> {
        let answer = self
            .run("hash-object")
            .args(["-w", "--stdin", "--no-filters"])
            .stdin(content)
            .text()?;
        check_object_id(&answer).map(BlobSha::new)
    }

    /// The first `limit` bytes of a blob, and whether there are more.
    pub fn read_blob(&self, blob: &BlobSha, limit: usize) -> Result<(Vec<u8>, bool), GitError> {
        let output = self
            .run("cat-file")
            .args(["blob", check_object_id(blob.as_str())?])
            .output_cap(limit)
            .outcome()?;
        if !output.status.success() && !output.truncated {
            return Err(failed("cat-file", &output));
        }
        Ok((output.stdout, output.truncated))
    }

    /// The tree at a directory of a commit; none when there is no such directory.
    pub(crate) fn subtree(&self, commit: &CommitSha, folder: &str) -> Result<Option<TreeSha>, GitError> {
        check_object_id(commit.as_str())?;
        let listing = self.list_tree(commit.as_str(), &["-d"], &[folder.trim_end_matches('/')])?;
        Ok(listing.into_iter().next().map(|entry| TreeSha::new(entry.object)))
    }

    /// The entries at these paths (all when empty). A path that ends in `/` gives the files below it, at any depth.
    pub(crate) fn entries(&self, tree_ish: &str, paths: &[&str]) -> Result<Vec<TreeEntry>, GitError> {
        self.list_tree(tree_ish, &["-r"], paths)
    }

    fn list_tree(&self, tree_ish: &str, flags: &[&str], paths: &[&str]) -> Result<Vec<TreeEntry>, GitError> {
        let listing = self
            .run("ls-tree")
            .args(["-z", "--full-tree"])
            .args(flags)
            .arg(check_object_id(tree_ish)?)
            .arg("--")
            .args(paths)
            .bytes()?;
        String::from_utf8_lossy(&listing)
            .split('\0')
            .filter(|line| !line.is_empty())
            .map(|line| {
                read_entry(line).ok_or_else(|| GitError::unexpected("ls-tree", line.as_bytes(), "an entry"))
            })
            .collect()
    }

    /// The tree of `tree_ish` with a patch applied. Directories that become empty vanish.
    pub(crate) fn patched_tree(&self, tree_ish: &str, patch: &TreePatch) -> Result<TreeSha, GitError> {
        let scratch = Scratch::new(self)?;
        let index = scratch.path().join("index");
        self.run("read-tree")
            .index(&index)
            .arg(check_object_id(tree_ish)?)
            .bytes()?;
        if !patch.remove.is_empty() {
            self.run("rm")
                .index(&index)
                .work_tree(scratch.path())
                .args(["--cached", "-r", "-f", "--quiet", "--ignore-unmatch", "--"])
                .args(patch.remove.iter().map(|path| path.trim_end_matches('/')))
                .bytes()?;
        }
        let lines: String = patch
            .write
            .iter()
            .map(|(path, blob)| format!("100644 {blob}\t{path}\0"))
            .collect();
        if !lines.is_empty() {
            self.run("update-index")
                .index(&index)
                .args(["--add", "--replace", "-z", "--index-info"])
                .stdin(lines)
                .bytes()?;
        }
        self.write_index(&index)
    }

    /// The tree that an index stands for.
    pub(crate) fn write_index(&self, index: &Path) -> Result<TreeSha, GitError> {
        let answer = self.run("write-tree").index(index).text()?;
        check_object_id(&answer).map(TreeSha::new)
    }

    /// Every path that differs between two commits. Renames are an addition and a deletion.
    pub fn changed_paths(&self, old: &CommitSha, new: &CommitSha) -> Result<Vec<ChangedPath>, GitError> {
        let listing = self
            .run("diff-tree")
            .args([
                "-r",
                "-z",
                "--raw",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                "--no-commit-id",
            ])
            .args(["--ignore-submodules=none", "--end-of-options"])
            .arg(check_object_id(old.as_str())?)
            .arg(check_object_id(new.as_str())?)
            .arg("--")
            .bytes()?;
        let listing = String::from_utf8_lossy(&listing);
        let fields: Vec<&str> = listing.split('\0').collect();
        fields
            .chunks_exact(2)
            .map(|pair| {
                read_change(pair[0], pair[1])
                    .ok_or_else(|| GitError::unexpected("diff-tree", pair[0].as_bytes(), "a change"))
            })
            .collect()
    }
}

/// `100644 blob <id>\tpath`
fn read_entry(line: &str) -> Option<TreeEntry> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split_whitespace();
    let (mode, _kind, object) = (words.next()?, words.next()?, words.next()?);
    Some(TreeEntry {
        mode: mode.to_owned(),
        object: object.to_owned(),
        path: path.to_owned(),
    })
}

/// `:100644 100644 <id> <id> M` and the path.
fn read_change(about: &str, path: &str) -> Option<ChangedPath> {
    let mut words = about.strip_prefix(':')?.split(' ');
    let (_old_mode, new_mode) = (words.next()?, words.next()?);
    let change = match words.nth(2)?.chars().next()? {
        'A' => Change::Added,
        'D' => Change::Deleted,
        'M' | 'T' => Change::Modified,
        _ => return None,
    };
    Some(ChangedPath {
        path: path.to_owned(),
        change,
        special: new_mode == SYMBOLIC_LINK || new_mode == SUBMODULE,
    })
}
