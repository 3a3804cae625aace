//! Joining a branch with the default branch on objects alone. Nothing points to the result yet.

use git::{CommitInfo, GitError, Identity, MergeTree, NewCommit, Repository};
use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{CommitSha, TreeSha};
use pipeline_core::time::Timestamp;

/// What is joined, and how.
pub(crate) struct Join<'a> {
    pub(crate) repository: &'a Repository,
    /// The default branch's head.
    pub(crate) base: &'a CommitSha,
    pub(crate) head: &'a CommitSha,
    pub(crate) style: MergeStyle,
    pub(crate) message: &'a str,
    pub(crate) at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Joined {
    /// What the default branch shall point to.
    Commit(CommitSha),
    /// These files are in conflict.
    Conflict(Vec<String>),
    /// There is no common ancestor.
    Unrelated,
    /// Moving the commits gives other files than merging them: what would arrive is not what was judged.
    Unfaithful,
}

impl Join<'_> {
    pub(crate) fn run(&self) -> Result<Joined, GitError> {
        if self.repository.merge_base(self.base, self.head)?.is_none() {
            return Ok(Joined::Unrelated);
        }
        let tree = match self.repository.merge_tree(self.base, self.head)? {
            MergeTree::Clean(tree) => tree,
            MergeTree::Conflict(files) => return Ok(Joined::Conflict(files)),
        };
        match self.style {
            MergeStyle::Merge => self.commit(tree, &[self.base, self.head]),
            MergeStyle::Squash => self.commit(tree, &[self.base]),
            MergeStyle::Rebase => self.rebase(&tree),
        }
    }

    fn commit(&self, tree: TreeSha, parents: &[&CommitSha]) -> Result<Joined, GitError> {
        self.repository
            .commit_tree(&NewCommit {
                tree,
                parents: parents.iter().map(|parent| (*parent).clone()).collect(),
                author: ourselves(),
                committer: ourselves(),
                at: self.at,
                message: self.message.to_owned(),
            })
            .map(Joined::Commit)
    }

    /// Fast-forward where that is possible: the very commits that were judged. Else one by one; merges are left out, and the
    /// comparison with the merged tree tells whether they held anything of their own.
    fn rebase(&self, merged: &TreeSha) -> Result<Joined, GitError> {
        if self.repository.is_ancestor(self.base, self.head)? {
            return Ok(Joined::Commit(self.head.clone()));
        }
        let mut tip = self.repository.commit(self.base)?;
        for commit in self.repository.commits_between(self.base, self.head)? {
            if commit.parents.len() != 1 {
                continue;
            }
            let tree = match self.repository.cherry_pick_tree(&tip.sha, &commit.sha)? {
                MergeTree::Clean(tree) => tree,
                MergeTree::Conflict(files) => return Ok(Joined::Conflict(files)),
            };
            if tree != tip.tree {
                tip = self.moved(commit, tree, &tip.sha)?;
            }
        }
        if tip.tree == *merged {
            Ok(Joined::Commit(tip.sha))
        } else {
            Ok(Joined::Unfaithful)
        }
    }

    fn moved(&self, commit: CommitInfo, tree: TreeSha, onto: &CommitSha) -> Result<CommitInfo, GitError> {
        let sha = self.repository.commit_tree(&NewCommit {
            tree,
            parents: vec![onto.clone()],
            author: commit.author,
            committer: ourselves(),
            at: self.at,
            message: commit.message,
        })?;
        self.repository.commit(&sha)
    }
}

/// The forge's own name in the commits that it makes.
fn ourselves() -> Identity {
    Identity {
        name: "orchd".to_owned(),
        email: "orchd@localhost".to_owned(),
    }
}
