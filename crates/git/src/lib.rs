//! The only crate that runs git: mirror, checkout, harvest, push, merge.
//!
//! Two ways in: [`Repository`] for plumbing on a repository that is ours (a forge on disk, a mirror), and
//! [`GitWorkspace`], the workspace port of the rules. Everything but the port blocks; the port uses the blocking pool.
//!
//! One rule governs all of it: what an agent wrote is data. Its git directory is never given to git as a git
//! directory, its configuration is never read, and nothing in its work tree is executed or followed out of it.

mod error;
mod command;
mod repository;
mod remote;
mod scratch;
mod beneath;
mod branch;
mod mirror;
mod harvest;
mod checkout;
mod documents;
mod workspace;
mod storage;

pub use command::{Git, OLDEST_VERSION, Version};
pub use error::GitError;
pub use remote::{PushOutcome, Remote};
pub use repository::{
    CommitInfo, Identity, MergeTree, NewCommit, PackAbove, RefExpectation, RefStamp, RefUpdate, Reference,
    Repository, Unreachable,
};
pub use workspace::{GitWorkspace, WorkspaceSettings};
