//! The bare mirror of one project: only we write it. It knows the forge's branches as of the last fetch, and it pins every
//! commit that somebody was told about. Must not know of checkouts.

use std::fs;
use std::io;
use std::path::Path;

use pipeline_core::id::{BranchName, CommitSha, RunId, TreeSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::time::Timestamp;

use crate::command::Git;
use crate::error::GitError;
use crate::remote::Remote;
use crate::repository::{
    Found, Identity, MergeTree, NewCommit, RefExpectation, RefUpdate, Repository, TreePatch, check_path,
    check_ref_name,
};
use crate::scratch::Scratch;

/// Where merges that we made are pinned.
pub(crate) const MERGES: &str = "refs/merges";

/// Our repository, the forge's, and the branch that all others start from.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) repository: Repository,
    pub(crate) remote: Remote,
    pub(crate) default_branch: BranchName,
}

/// Why a commit is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pin<'a> {
    /// A run started from it.
    Start(RunId),
    /// The default branch as a run's checkout knows it.
    Base(RunId),
    /// A run ended with it.
    Result(RunId),
    /// A run left it and was never harvested.
    Leftover(RunId, &'a CommitSha),
    /// The first commit of a branch that we made.
    Branch(&'a CommitSha),
    /// We merged the second into the first.
    Merge(&'a CommitSha, &'a CommitSha),
}

/// What a commit holds, seen from a work item.
#[derive(Debug)]
pub(crate) struct Trees {
    /// All but the work item's documents.
    pub(crate) code: TreeSha,
    /// The work item's documents, when there are any.
    pub(crate) documents: Option<TreeSha>,
}

/// What came of bringing two commits together.
#[derive(Debug)]
pub(crate) enum Joined {
    /// One contains the other.
    Contained(CommitSha),
    /// A new commit, pinned.
    Merged(CommitSha),
    /// People have to look at these files.
    Conflict(Vec<String>),
}

impl Mirror {
    /// Opens the mirror and makes it first if it is not there.
    pub(crate) fn prepare(
        git: &Git,
        dir: &Path,
        remote: Remote,
        default_branch: BranchName,
    ) -> Result<Self, GitError> {
        let repository = Repository::init_bare(git, dir, default_branch.as_str())?;
        Scratch::sweep(&repository);
        remove_locks(repository.path()).map_err(GitError::io("clean up", dir))?;
        Ok(Self {
            repository,
            remote,
            default_branch,
        })
    }

    pub(crate) fn fetch(&self) -> Result<(), GitError> {
        self.remote.fetch_branches(&self.repository)
    }

    /// The default branch as of the last fetch.
    pub(crate) fn default_head(&self) -> Result<CommitSha, PortError> {
        self.branch_head(&self.default_branch)?
            .ok_or_else(|| self.no_default_head())
    }

    pub(crate) fn no_default_head(&self) -> PortError {
        PortError::NotFound(format!(
            "the repository has no branch '{}'; make its first commit or correct the project's default branch",
            self.default_branch
        ))
    }

    /// A branch as of the last fetch.
    pub(crate) fn branch_head(&self, branch: &BranchName) -> Result<Option<CommitSha>, GitError> {
        self.repository.rev_parse(&remote_name(branch)?)
    }

    /// The default branch and another as of the last fetch.
    pub(crate) fn heads(
        &self,
        branch: &BranchName,
    ) -> Result<(Option<CommitSha>, Option<CommitSha>), GitError> {
        let [default, other] = [&self.default_branch, branch].map(remote_name);
        let questions = [default?, other?].map(|name| format!("{name}^{{commit}}"));
        let mut found = self.repository.look_up(&questions)?.into_iter();
        let mut next = || found.next().flatten().map(Found::commit);
        Ok((next(), next()))
    }

    /// The commit itself, fetched if need be.
    pub(crate) fn require(&self, commit: &CommitSha) -> Result<(), PortError> {
        if self.repository.has_commit(commit)? {
            return Ok(());
        }
        self.fetch()?;
        if self.repository.has_commit(commit)? {
            return Ok(());
        }
        Err(PortError::NotFound(format!(
            "commit {commit} is not in the mirror, nor in the forge"
        )))
    }

    /// Whether a branch of the forge has the commit, as of the last fetch.
    pub(crate) fn is_in_the_forge(&self, commit: &CommitSha) -> Result<bool, GitError> {
        let elsewhere = self
            .repository
            .run("rev-list")
            .args([
                "--max-count=1",
                commit.as_str(),
                "--not",
                "--glob=refs/remotes/origin",
            ])
            .bytes()?;
        Ok(elsewhere.is_empty())
    }

    /// Keeps several, or none of them.
    pub(crate) fn pin_all(&self, pins: &[(Pin<'_>, &CommitSha)]) -> Result<(), PortError> {
        let named: Vec<_> = pins.iter().map(|(pin, commit)| (pin.name(), *commit)).collect();
        if named.is_empty() || self.repository.create_refs(&named).is_ok() {
            return Ok(());
        }
        // One of them is there, or git says what the trouble is.
        pins.iter().try_for_each(|(pin, commit)| self.pin(*pin, commit))
    }

    pub(crate) fn pinned(&self, pin: Pin<'_>) -> Result<Option<CommitSha>, GitError> {
        self.repository.rev_parse(&pin.name())
    }

    /// Keeps a commit. A pin never moves: pinning something else under the same name is an error.
    pub(crate) fn pin(&self, pin: Pin<'_>, commit: &CommitSha) -> Result<(), PortError> {
        let name = pin.name();
        match self
            .repository
            .update_ref(&name, commit, RefExpectation::Absent)?
        {
            RefUpdate::Updated => Ok(()),
            RefUpdate::Refused { found } if found.as_ref() == Some(commit) => Ok(()),
            RefUpdate::Refused { found } => Err(PortError::Conflict(format!(
                "{name} is pinned at {} already, not at {commit}",
                found.map_or_else(|| "nothing".to_owned(), |sha| sha.to_string())
            ))),
        }
    }

    /// The tree of a commit in two.
    pub(crate) fn trees(&self, commit: &CommitSha, work_item: &WorkItemId) -> Result<Trees, GitError> {
        let folder = documents_folder(work_item)?;
        let documents = self.repository.subtree(commit, &folder)?;
        let code = match documents {
            None => self.repository.tree(commit)?,
            Some(_) => self.repository.patched_tree(
                commit.as_str(),
                &TreePatch {
                    remove: vec![folder],
                    write: Vec::new(),
                },
            )?,
        };
        Ok(Trees { code, documents })
    }

    /// Brings the default branch's commit `base` into `head`. The same two give the same commit however often it is asked.
    pub(crate) fn join(
        &self,
        head: &CommitSha,
        base: &CommitSha,
        merge: &MergeNote<'_>,
    ) -> Result<Joined, PortError> {
        if self.repository.is_ancestor(base, head)? {
            return Ok(Joined::Contained(head.clone()));
        }
        if self.repository.is_ancestor(head, base)? {
            return Ok(Joined::Contained(base.clone()));
        }
        self.merge(head, base, merge)
    }

    /// A merge commit, even where `base` contains `head` and a fast-forward would do.
    pub(crate) fn merge(
        &self,
        head: &CommitSha,
        base: &CommitSha,
        merge: &MergeNote<'_>,
    ) -> Result<Joined, PortError> {
        let pin = Pin::Merge(head, base);
        if let Some(earlier) = self.pinned(pin)? {
            return Ok(Joined::Merged(earlier));
        }
        let tree = match self.repository.merge_tree(head, base)? {
            MergeTree::Clean(tree) => tree,
            MergeTree::Conflict(files) => return Ok(Joined::Conflict(files)),
        };
        let commit = self.repository.commit_tree(&NewCommit {
            tree,
            parents: vec![head.clone(), base.clone()],
            author: our_identity(),
            committer: our_identity(),
            at: merge.at,
            message: format!("Merge {} into {}", self.default_branch, merge.into),
        })?;
        self.pin(pin, &commit)?;
        Ok(Joined::Merged(commit))
    }

    /// Whether `commit` is a merge into `head` that [`Mirror::merge`] made.
    pub(crate) fn has_merged(&self, head: &CommitSha, commit: &CommitSha) -> Result<bool, GitError> {
        let into_head = format!("{MERGES}/{head}-");
        let merges = self.repository.for_each_ref(MERGES)?;
        Ok(merges
            .iter()
            .any(|merge| merge.target == *commit && merge.name.starts_with(&into_head)))
    }
}

/// What a merge commit says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MergeNote<'a> {
    /// What the default branch was merged into, for people.
    pub(crate) into: &'a str,
    /// When.
    pub(crate) at: Timestamp,
}

impl Pin<'_> {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Start(run) => format!("refs/runs/{run}-start"),
            Self::Base(run) => format!("refs/runs/{run}-base"),
            Self::Result(run) => format!("refs/runs/{run}"),
            Self::Leftover(run, commit) => format!("refs/leftovers/{run}-{commit}"),
            Self::Branch(commit) => format!("refs/branches/{commit}"),
            Self::Merge(head, base) => format!("{MERGES}/{head}-{base}"),
        }
    }
}

/// Where a fetch leaves a branch.
pub(crate) fn remote_name(branch: &BranchName) -> Result<String, GitError> {
    let name = format!("refs/remotes/origin/{branch}");
    check_ref_name(&name)?;
    Ok(name)
}

/// Who makes the commits that are nobody's role.
pub(crate) fn our_identity() -> Identity {
    Identity {
        name: "orchd".to_owned(),
        email: "orchd@orchd.local".to_owned(),
    }
}

/// Removes the lock files that a killed git leaves. Nobody else writes here, and at the start we have not begun.
fn remove_locks(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            // Objects are written under other names, and are many.
            if entry.file_name() != "objects" {
                remove_locks(&path)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "lock") {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn documents_folder(work_item: &WorkItemId) -> Result<String, GitError> {
    check_path(&format!("docs/work-items/{work_item}")).map(str::to_owned)
}
