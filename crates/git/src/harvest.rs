//! A run's work, taken from its checkout into the mirror. The checkout is data: its git directory is read as files, never
//! given to git, and what differs from the agent's last commit is committed with our own index.

mod agent_head;
mod quarantine;
mod snapshot;
mod changed;

use std::io;
use std::path::Path;

use pipeline_core::id::{CommitSha, RunId, TreeSha};
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::HarvestSpec;
use pipeline_core::role::Role;
use pipeline_core::run::Harvest;
use pipeline_core::time::Timestamp;

use crate::beneath::Beneath;
use crate::error::GitError;
use crate::mirror::{Mirror, Pin};
use crate::repository::{Identity, NewCommit};

/// A checkout whose work shall be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Where.
    pub(crate) folder: &'a Path,
    /// Who worked there.
    pub(crate) run: RunId,
    /// The commit it started from.
    pub(crate) start: &'a CommitSha,
    /// What it ended with, if that was harvested before.
    pub(crate) delivered: Option<&'a CommitSha>,
    /// No file may be larger, in bytes.
    pub(crate) largest_file: u64,
}

/// What a checkout holds; the objects are in the mirror, nothing is pinned yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The agent's last commit; the start when it made none.
    pub(crate) head: CommitSha,
    /// The work tree.
    pub(crate) tree: TreeSha,
}

/// Takes what is there. `Permanent` says what is wrong with the checkout.
pub(crate) fn take(mirror: &Mirror, source: &Source<'_>) -> Result<Taken, PortError> {
    let checkout = Beneath::open(source.folder).map_err(|error| unreadable(source, &error))?;
    let git_dir = checkout
        .folder(".git")
        .map_err(|error| unreadable(source, &error))?
        .ok_or_else(|| refused("the checkout's .git is not a directory any more"))?;
    let head = agent_head::read(&git_dir)?;
    if head != *source.start {
        if !is_delivered(mirror, source, &head)? {
            quarantine::import(mirror, &git_dir, source, &head)?;
        }
        if !mirror.repository.is_ancestor(source.start, &head)? {
            return Err(refused(&format!(
                "history was rewritten: {head} does not descend from the start commit {}",
                source.start
            )));
        }
    }
    let tree = snapshot::tree_of_work(mirror, source, &head)?;
    Ok(Taken { head, tree })
}

/// Whether the mirror has the agent's commit, with all that belongs to it, from an earlier harvest.
fn is_delivered(mirror: &Mirror, source: &Source<'_>, head: &CommitSha) -> Result<bool, GitError> {
    let delivered = source.delivered;
    delivered.map_or(Ok(false), |delivered| mirror.repository.contains(delivered, head))
}

/// Makes one commit of what was taken: the agent's own when its work tree is clean, else one more on top of it.
pub(crate) fn commit(mirror: &Mirror, taken: &Taken, note: &CommitNote<'_>) -> Result<CommitSha, PortError> {
    if mirror.repository.tree(&taken.head)? == taken.tree {
        return Ok(taken.head.clone());
    }
    let identity = role_identity(note.role);
    Ok(mirror.repository.commit_tree(&NewCommit {
        tree: taken.tree.clone(),
        parents: vec![taken.head.clone()],
        author: identity.clone(),
        committer: identity,
        at: note.at,
        message: note.message.to_owned(),
    })?)
}

/// The same for work that no run has delivered: it is kept, and nobody continues from it.
pub(crate) fn commit_leftover(mirror: &Mirror, taken: &Taken) -> Result<CommitSha, PortError> {
    let note = CommitNote {
        role: &Role::stream(),
        at: mirror.repository.commit(&taken.head)?.committed_at,
        message: "work that was left in the checkout and not harvested",
    };
    commit(mirror, taken, &note)
}

/// What an automatic commit says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitNote<'a> {
    pub(crate) role: &'a Role,
    pub(crate) at: Timestamp,
    pub(crate) message: &'a str,
}

/// The answer for a run whose result is pinned.
pub(crate) fn answer(
    mirror: &Mirror,
    spec: &HarvestSpec,
    start: CommitSha,
    head: CommitSha,
) -> Result<Harvest, PortError> {
    let trees = mirror.trees(&head, &spec.work_item)?;
    Ok(Harvest {
        code_tree: trees.code,
        docs_tree: trees.documents,
        changed: changed::paths(mirror, &start, &head)?,
        start,
        head,
    })
}

/// The start commit of a run that was given a checkout.
pub(crate) fn start_of(mirror: &Mirror, run: RunId) -> Result<CommitSha, PortError> {
    mirror
        .pinned(Pin::Start(run))?
        .ok_or_else(|| PortError::NotFound(format!("run {run} was never given a checkout")))
}

/// `Developer <developer@orchd.local>`; git drops what it cannot hold in a name, so at least one letter has to stay.
fn role_identity(role: &Role) -> Identity {
    let plain: String = role
        .as_str()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
        .collect();
    Identity {
        name: if plain.is_empty() {
            "Agent".to_owned()
        } else {
            role.title()
        },
        email: format!("{}@orchd.local", if plain.is_empty() { "agent" } else { &plain }),
    }
}

/// A checkout that cannot be harvested however often it is tried.
fn refused(what: &str) -> PortError {
    PortError::Permanent(what.to_owned())
}

fn unreadable(source: &Source<'_>, error: &io::Error) -> PortError {
    refused(&format!(
        "the checkout {:?} cannot be read: {error}",
        source.folder
    ))
}
