//! A task's branch, made in the forge once: an earlier try is known by the trailer of its commit.

use pipeline_core::effect::StartBranch;
use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;
use pipeline_core::time::Timestamp;

use crate::mirror::{Mirror, Pin, our_identity};
use crate::remote::PushOutcome;
use crate::repository::FilesCommit;

/// Makes the branch from the default branch's present head with one commit, or answers with the one made before.
pub(super) fn start(mirror: &Mirror, wanted: &StartBranch, at: Timestamp) -> Result<CommitSha, PortError> {
    mirror.fetch()?;
    let (base, head) = mirror.heads(&wanted.branch)?;
    if let Some(head) = head {
        return earlier(mirror, wanted, head);
    }
    let base = base.ok_or_else(|| mirror.no_default_head())?;
    let commit = mirror.repository.commit_files(&FilesCommit {
        parent: &base,
        files: &wanted.files,
        by: &our_identity(),
        at,
        message: &wanted.message,
    })?;
    mirror.pin(Pin::Branch(&commit), &commit)?;
    let outcome = mirror
        .remote
        .push(&mirror.repository, &commit, wanted.branch.as_str(), None)?;
    match outcome {
        PushOutcome::Done => Ok(commit),
        PushOutcome::Stale(_) => taken_meanwhile(mirror, wanted),
        PushOutcome::Rejected(reason) => Err(PortError::Permanent(format!(
            "the forge does not take the new branch '{}': {reason}",
            wanted.branch
        ))),
    }
}

/// The branch appeared between the look and the push.
fn taken_meanwhile(mirror: &Mirror, wanted: &StartBranch) -> Result<CommitSha, PortError> {
    mirror.fetch()?;
    match mirror.branch_head(&wanted.branch)? {
        Some(head) => earlier(mirror, wanted, head),
        None => Err(PortError::retry(format!(
            "branch '{}' came and went",
            wanted.branch
        ))),
    }
}

fn earlier(mirror: &Mirror, wanted: &StartBranch, head: CommitSha) -> Result<CommitSha, PortError> {
    let trailer = trailer_line(&wanted.message);
    let base = mirror.default_head()?;
    let ours = mirror
        .repository
        .first_parents_between(&base, &head)?
        .iter()
        .any(|commit| !trailer.is_empty() && trailer_line(&commit.message) == trailer);
    if !ours {
        return Err(PortError::Conflict(format!(
            "branch '{}' exists in the forge and was not made for this task",
            wanted.branch
        )));
    }
    mirror.pin(Pin::Branch(&head), &head)?;
    Ok(head)
}

/// The last line of a message.
fn trailer_line(message: &str) -> &str {
    message.trim_end().lines().next_back().unwrap_or_default().trim()
}
