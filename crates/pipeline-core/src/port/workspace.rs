//! The repository on our own disk: a mirror that only we write, and checkouts that agents work in.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::effect::{Push, StartBranch};
use crate::evidence::{Document, Evidence, EvidenceRequest};
use crate::id::{BranchName, CommitSha, RunId, TreeSha, WorkItemId};
use crate::job::StartPoint;
use crate::port::PortError;
use crate::role::Role;
use crate::run::Harvest;

/// A checkout to be made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSpec {
    /// For which run; its start commit is remembered under it.
    pub run: RunId,
    /// The branch whose checkout it is.
    pub branch: BranchName,
    /// Where to start.
    pub start: StartPoint,
    /// Paths removed from the work tree first.
    pub remove: Vec<String>,
    /// Paths of files at the default branch's head that are wanted with it.
    pub from_default: Vec<String>,
    /// A throw-away checkout without the branch's leftovers (CI).
    pub clean: bool,
}

/// A checkout that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Where.
    pub directory: PathBuf,
    /// The commit the run starts from.
    pub start: CommitSha,
    /// Of the files that were wanted from the default branch those that are there.
    pub from_default: Vec<Document>,
}

/// A run's work to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarvestSpec {
    /// Whose.
    pub run: RunId,
    /// Its branch.
    pub branch: BranchName,
    /// The role that commits.
    pub role: Role,
    /// Whose documents are left out of the code tree.
    pub work_item: WorkItemId,
    /// Message of the automatic commit.
    pub message: String,
}

/// What came of bringing a branch up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseMerge {
    /// The head contains the default branch.
    UpToDate,
    /// Merged cleanly into a new commit, pinned and not pushed.
    Merged {
        /// The new head.
        head: CommitSha,
        /// Its tree without the work item's documents.
        code_tree: TreeSha,
    },
    /// Not clean.
    Conflict {
        /// The default branch's head.
        base: CommitSha,
        /// In which files.
        files: Vec<String>,
    },
}

/// The repository of one project on our disk.
///
/// Guarantees: nothing that an agent wrote in its checkout is executed or believed by us; every commit that is named in an answer is pinned
/// in the mirror; every call may be repeated.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Workspace: Send + Sync {
    /// Makes the branch in the forge with its first commit and answers with its head. A branch that carries the same trailer was made by an
    /// earlier try and is answered as it is; another one of that name is `Conflict`.
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError>;

    /// Makes a checkout ready for a run. Repeated for the same run it gives the same start commit. What is wanted from the default branch is as
    /// the forge has it now, fetched by this call; for the first run on a branch, as [`Workspace::start_branch`] fetched it a moment ago.
    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError>;

    /// Takes a run's work: commits what is not committed, checks that it descends from the run's start, pins it. `Permanent` says what is
    /// wrong with the checkout (history rewritten, too large); the work stays where it is.
    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError>;

    /// Pushes a pinned commit. Guarantee: with the commit already there, nothing happens. `Conflict` when the branch is not where it was expected.
    async fn push(&self, push: &Push) -> Result<(), PortError>;

    /// Fetches the default branch and merges it into `head` when it moved; a new commit is pinned, not pushed.
    async fn merge_base(&self, head: &CommitSha, work_item: &WorkItemId) -> Result<BaseMerge, PortError>;

    /// Whether `theirs` is a merge of the default branch into `head` that [`Workspace::merge_base`] made, whoever asked for it then: the tree of
    /// its code. Nothing is believed that a commit says of itself.
    async fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError>;

    /// Reads documents and trees at a commit (none: the default branch's head, freshly fetched). What does not exist is left out; `head` of the
    /// request is not served here.
    async fn read(&self, request: &EvidenceRequest, work_item: &WorkItemId) -> Result<Evidence, PortError>;

    /// Gives the checkouts of a branch back. Work that is not pinned is put aside, and the `Conflict` names where; a second call has nothing
    /// left to do.
    async fn release(&self, branch: &BranchName) -> Result<(), PortError>;
}
