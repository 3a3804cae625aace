//! Merges on objects alone: no work tree, no index. Needs git 2.38.

use pipeline_core::id::{CommitSha, TreeSha};
use pipeline_core::time::Timestamp;
use process::ExitOutcome;

use super::{Identity, NewCommit, Repository, check_object_id};
use crate::command::failed;
use crate::error::GitError;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeTree {
    /// The merged content.
    Clean(TreeSha),
    /// The files that people have to look at.
    Conflict(Vec<String>),
}

impl Repository {
    /// Merges two commits into a tree, without making a commit.
    pub fn merge_tree(&self, ours: &CommitSha, theirs: &CommitSha) -> Result<MergeTree, GitError> {
        let output = self
            .run("merge-tree")
            .args([
                "--write-tree",
                "--no-messages",
                "--name-only",
                "-z",
                "--end-of-options",
            ])
            .arg(check_object_id(ours.as_str())?)
            .arg(check_object_id(theirs.as_str())?)
            .outcome()?;
        let answer = String::from_utf8_lossy(&output.stdout);
        let mut parts = answer.split('\0').filter(|part| !part.is_empty());
        match output.status {
            ExitOutcome::Code(0) => {
                let tree = parts.next().unwrap_or_default().trim();
                check_object_id(tree)
                    .map(|tree| MergeTree::Clean(TreeSha::new(tree)))
                    .map_err(|_| GitError::unexpected("merge-tree", answer.as_bytes(), "a tree"))
            }
            ExitOutcome::Code(1) => Ok(MergeTree::Conflict(distinct(parts.skip(1)))),
            ExitOutcome::Code(_) | ExitOutcome::Signal(_) => Err(failed("merge-tree", &output)),
        }
    }

    /// The tree of `onto` with the change that `commit` made to its first parent.
    pub fn cherry_pick_tree(&self, onto: &CommitSha, commit: &CommitSha) -> Result<MergeTree, GitError> {
        let picked = self.commit(commit)?;
        let nobody = Identity {
            name: "orchd".to_owned(),
            email: "orchd@orchd.local".to_owned(),
        };
        // A stand-in for `onto` whose only parent is the picked commit's: the merge base is then that parent, which is
        // what a cherry-pick merges against (`merge-tree --merge-base` came later than our oldest git).
        let stand_in = self.commit_tree(&NewCommit {
            tree: self.commit(onto)?.tree,
            parents: picked.parents.into_iter().take(1).collect(),
            author: nobody.clone(),
            committer: nobody,
            at: Timestamp(0),
            message: "stand-in for a cherry-pick".to_owned(),
        })?;
        self.merge_tree(&stand_in, commit)
    }
}

fn distinct<'a>(files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = files.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}
