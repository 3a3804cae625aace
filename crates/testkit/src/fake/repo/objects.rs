//! Commits, trees and their ids. Ids are made from content alone, so that the same work gives the same id in every run of a test.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{BlobSha, CommitSha, TreeSha, WorkItemId};
use pipeline_core::run::{Change, ChangedPath};

/// A tree: paths and texts.
pub type Files = BTreeMap<String, String>;

/// Every commit that was ever made.
#[derive(Debug, Default)]
pub struct Objects {
    commits: BTreeMap<CommitSha, StoredCommit>,
}

#[derive(Debug, Clone)]
struct StoredCommit {
    parents: Vec<CommitSha>,
    files: Files,
    message: String,
}

impl Objects {
    /// Makes a commit. The same parents, files and message are the same commit.
    pub fn commit(&mut self, parents: &[CommitSha], files: Files, message: &str) -> CommitSha {
        let mut parts = vec!["commit", message];
        parts.extend(parents.iter().map(CommitSha::as_str));
        parts.push("files");
        parts.extend(
            files
                .iter()
                .flat_map(|(path, text)| [path.as_str(), text.as_str()]),
        );
        let sha = CommitSha::new(hex(&parts));
        let stored = StoredCommit {
            parents: parents.to_vec(),
            files,
            message: message.to_owned(),
        };
        self.commits.insert(sha.clone(), stored);
        sha
    }

    /// Whether it was ever made.
    #[must_use]
    pub fn has(&self, commit: &CommitSha) -> bool {
        self.commits.contains_key(commit)
    }

    /// Its files.
    #[must_use]
    pub fn files(&self, commit: &CommitSha) -> &Files {
        &self.found(commit).files
    }

    /// Its message.
    #[must_use]
    pub fn message(&self, commit: &CommitSha) -> &str {
        &self.found(commit).message
    }

    /// Its parents.
    #[must_use]
    pub fn parents(&self, commit: &CommitSha) -> &[CommitSha] {
        &self.found(commit).parents
    }

    /// Whether `ancestor` is `commit` or one of those before it.
    #[must_use]
    pub fn descends(&self, commit: &CommitSha, ancestor: &CommitSha) -> bool {
        self.has(commit) && self.history(commit).contains(ancestor)
    }

    /// The commit and all before it, nearest first.
    #[must_use]
    pub fn history(&self, commit: &CommitSha) -> Vec<CommitSha> {
        let mut seen = BTreeSet::new();
        let mut all = vec![commit.clone()];
        let mut at = 0;
        while at < all.len() {
            let parents = self.parents(&all[at]).to_vec();
            all.extend(parents.into_iter().filter(|parent| seen.insert(parent.clone())));
            at += 1;
        }
        all
    }

    /// The tree without the work item's documents.
    #[must_use]
    pub fn code_tree(&self, commit: &CommitSha, work_item: &WorkItemId) -> TreeSha {
        let documents = documents(work_item);
        let code = self
            .files(commit)
            .iter()
            .filter(|(path, _)| !path.starts_with(&documents));
        tree(code)
    }

    /// The tree of the work item's documents, when there are any.
    #[must_use]
    pub fn docs_tree(&self, commit: &CommitSha, work_item: &WorkItemId) -> Option<TreeSha> {
        let documents = documents(work_item);
        let mut own = self
            .files(commit)
            .iter()
            .filter(|(path, _)| path.starts_with(&documents))
            .peekable();
        own.peek()?;
        Some(tree(own))
    }

    /// Every path that differs.
    #[must_use]
    pub fn changed(&self, from: &CommitSha, to: &CommitSha) -> Vec<ChangedPath> {
        let (old, new) = (self.files(from), self.files(to));
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        paths
            .into_iter()
            .filter_map(|path| {
                let change = match (old.get(path), new.get(path)) {
                    (None, Some(_)) => Change::Added,
                    (Some(_), None) => Change::Deleted,
                    (one, other) if one != other => Change::Modified,
                    _ => return None,
                };
                Some(ChangedPath {
                    path: path.clone(),
                    change,
                    special: false,
                })
            })
            .collect()
    }

    fn found(&self, commit: &CommitSha) -> &StoredCommit {
        self.commits
            .get(commit)
            .unwrap_or_else(|| panic!("commit {commit} was never made"))
    }
}

/// The id of a text.
#[must_use]
pub fn blob(text: &str) -> BlobSha {
    BlobSha::new(hex(&["blob", text]))
}

fn documents(work_item: &WorkItemId) -> String {
    format!("docs/work-items/{work_item}/")
}

fn tree<'a>(files: impl Iterator<Item = (&'a String, &'a String)>) -> TreeSha {
    let mut parts = vec!["tree"];
    parts.extend(files.flat_map(|(path, text)| [path.as_str(), text.as_str()]));
    TreeSha::new(hex(&parts))
}

/// Forty hex digits from three rounds of FNV-1a (64 bit); enough to tell test data apart.
fn hex(parts: &[&str]) -> String {
    let rounds = (0..3_u64).map(|round| {
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ (round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for part in parts {
            for byte in part.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        format!("{hash:016x}")
    });
    rounds.collect::<String>()[..40].to_owned()
}
