//! Commits: made with given names and dates, compared, listed.

use pipeline_core::id::{CommitSha, TreeSha};
use pipeline_core::time::Timestamp;

use super::{Repository, check_object_id, commit_sha};
use crate::error::GitError;

/// Author or committer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For people.
    pub name: String,
    /// An address; it need not receive mail.
    pub email: String,
}

/// A commit to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// Its content.
    pub tree: TreeSha,
    /// Its parents, first parent first.
    pub parents: Vec<CommitSha>,
    /// Who wrote it.
    pub author: Identity,
    /// Who recorded it.
    pub committer: Identity,
    /// When, by the caller's clock; equal commits get equal ids.
    pub at: Timestamp,
    /// The whole message.
    pub message: String,
}

/// A commit as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub sha: CommitSha,
    /// Its content.
    pub tree: TreeSha,
    /// Its parents.
    pub parents: Vec<CommitSha>,
    /// Who wrote it.
    pub author: Identity,
    /// When it was recorded.
    pub committed_at: Timestamp,
    /// The whole message.
    pub message: String,
}

impl Repository {
    /// Makes a commit object; no reference points to it yet.
    pub fn commit_tree(&self, commit: &NewCommit) -> Result<CommitSha, GitError> {
        let date = format!("@{} +0000", commit.at.0.div_euclid(1000));
        let mut call = self
            .run("commit-tree")
            .env("GIT_AUTHOR_NAME", &commit.author.name)
            .env("GIT_AUTHOR_EMAIL", &commit.author.email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", &commit.committer.name)
            .env("GIT_COMMITTER_EMAIL", &commit.committer.email)
            .env("GIT_COMMITTER_DATE", &date)
            .args(["-F", "-"])
            .stdin(with_line_end(&commit.message));
        for parent in &commit.parents {
            call = call.args(["-p", check_object_id(parent.as_str())?]);
        }
        let answer = call.arg(check_object_id(commit.tree.as_str())?).text()?;
        commit_sha("commit-tree", &answer)
    }

    /// Whether the repository has this commit.
    pub fn has_commit(&self, sha: &CommitSha) -> Result<bool, GitError> {
        check_object_id(sha.as_str())?;
        Ok(self.rev_parse(sha.as_str())?.is_some())
    }

    /// Whether `older` is `newer` or one of its ancestors.
    pub fn is_ancestor(&self, older: &CommitSha, newer: &CommitSha) -> Result<bool, GitError> {
        self.run("merge-base")
            .args(["--is-ancestor", "--end-of-options"])
            .arg(check_object_id(older.as_str())?)
            .arg(check_object_id(newer.as_str())?)
            .answer()
    }

    /// The same for an `older` that need not exist; then it is none.
    pub(crate) fn contains(&self, newer: &CommitSha, older: &CommitSha) -> Result<bool, GitError> {
        let output = self
            .run("merge-base")
            .args(["--is-ancestor", "--end-of-options"])
            .arg(check_object_id(older.as_str())?)
            .arg(check_object_id(newer.as_str())?)
            .outcome()?;
        Ok(output.status.success())
    }

    /// The best common ancestor; none for unrelated histories.
    pub fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<Option<CommitSha>, GitError> {
        Ok(self.merge_bases(one, other)?.into_iter().next())
    }

    /// All best common ancestors: more than one where branches were merged crosswise.
    pub(crate) fn merge_bases(&self, one: &CommitSha, other: &CommitSha) -> Result<Vec<CommitSha>, GitError> {
        let output = self
            .run("merge-base")
            .args(["--all", "--end-of-options"])
            .arg(check_object_id(one.as_str())?)
            .arg(check_object_id(other.as_str())?)
            .outcome()?;
        if !output.status.success() {
            return Ok(Vec::new());
        }
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| commit_sha("merge-base", line))
            .collect()
    }

    /// The commits on which the part of `head`'s history stands that none of `known` contains: those parents of its commits
    /// that are known.
    pub(crate) fn footing(&self, head: &CommitSha, known: &[&CommitSha]) -> Result<Vec<CommitSha>, GitError> {
        let mut call = self
            .run("rev-list")
            .args(["--boundary", check_object_id(head.as_str())?, "--not"]);
        for commit in known {
            call = call.arg(check_object_id(commit.as_str())?);
        }
        let listing = call.arg("--").text()?;
        listing
            .lines()
            .filter_map(|line| line.strip_prefix('-'))
            .map(|line| commit_sha("rev-list", line))
            .collect()
    }

    /// The commit with this id.
    pub fn commit(&self, sha: &CommitSha) -> Result<CommitInfo, GitError> {
        let listing = self.list_commits(&["--max-count=1", check_object_id(sha.as_str())?])?;
        listing
            .into_iter()
            .next()
            .ok_or_else(|| GitError::unexpected("log", b"", "a commit"))
    }

    /// The commits that `head` has and `base` has not, oldest first, parents before children.
    pub fn commits_between(&self, base: &CommitSha, head: &CommitSha) -> Result<Vec<CommitInfo>, GitError> {
        let range = format!(
            "{}..{}",
            check_object_id(base.as_str())?,
            check_object_id(head.as_str())?
        );
        self.list_commits(&["--topo-order", "--reverse", &range])
    }

    /// The same along first parents only, newest first.
    pub(crate) fn first_parents_between(
        &self,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<Vec<CommitInfo>, GitError> {
        let range = format!(
            "{}..{}",
            check_object_id(base.as_str())?,
            check_object_id(head.as_str())?
        );
        self.list_commits(&["--first-parent", &range])
    }

    fn list_commits(&self, what: &[&str]) -> Result<Vec<CommitInfo>, GitError> {
        let listing = self
            .run("log")
            .args(["-z", "--no-show-signature", "--no-notes", "--encoding=UTF-8"])
            .arg("--format=tformat:%H%x00%T%x00%P%x00%an%x00%ae%x00%ct%x00%B")
            .args(what)
            .arg("--")
            .bytes()?;
        let listing = String::from_utf8_lossy(&listing);
        let fields: Vec<&str> = listing.split('\0').collect();
        fields
            .chunks_exact(FIELDS)
            .map(|fields| {
                read_commit(fields)
                    .ok_or_else(|| GitError::unexpected("log", fields[0].as_bytes(), "a commit"))
            })
            .collect()
    }
}

/// Fields of one commit in the listing; none of them can hold the zero byte that ends it.
const FIELDS: usize = 7;

fn read_commit(fields: &[&str]) -> Option<CommitInfo> {
    let [sha, tree, parents, name, email, seconds, message] = fields else {
        return None;
    };
    Some(CommitInfo {
        sha: CommitSha::new(*sha),
        tree: TreeSha::new(*tree),
        parents: parents.split_whitespace().map(CommitSha::new).collect(),
        author: Identity {
            name: (*name).to_owned(),
            email: (*email).to_owned(),
        },
        committed_at: Timestamp(seconds.parse::<i64>().ok()?.saturating_mul(1000)),
        message: (*message).to_owned(),
    })
}

/// A message as git expects it: no zero bytes, a line end at the end.
pub(super) fn with_line_end(message: &str) -> String {
    format!("{}\n", message.replace('\0', " ").trim_end())
}
