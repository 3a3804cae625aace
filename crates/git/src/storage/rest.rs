//! Pins that are no run's: first commits of branches, and merges that we made. Their names say no task, so their age and the heads of open tasks
//! decide whose time is over.

use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;
use pipeline_core::port::storage::{AtWork, Unpinned};

use super::kept;
use crate::error::GitError;
use crate::mirror::{MERGES, Mirror};
use crate::repository::{RefExpectation, RefUpdate, Reference};

const BRANCHES: &str = "refs/branches";

pub(super) fn unpin(mirror: &Mirror, at_work: &AtWork) -> Result<Unpinned, PortError> {
    let mut unpinned = Unpinned::default();
    let pins = over(mirror, at_work)?;
    if pins.is_empty() {
        return Ok(unpinned);
    }
    // The forge's word is asked for now: what it had once it may have lost.
    mirror.fetch()?;
    for pin in pins {
        if !is_elsewhere(mirror, &pin)? {
            unpinned.kept.push(kept(mirror, &pin));
            continue;
        }
        let expected = RefExpectation::At(&pin.target);
        match mirror.repository.delete_ref(&pin.name, expected)? {
            RefUpdate::Updated => unpinned.removed += 1,
            RefUpdate::Refused { .. } => {}
        }
    }
    Ok(unpinned)
}

fn over(mirror: &Mirror, at_work: &AtWork) -> Result<Vec<Reference>, GitError> {
    let mut pins = mirror.repository.for_each_ref(BRANCHES)?;
    pins.extend(mirror.repository.for_each_ref(MERGES)?);
    let mut over = Vec::new();
    for pin in pins {
        let names = |head: &CommitSha| pin.target == *head || pin.name.contains(head.as_str());
        if !at_work.heads.iter().any(names)
            && mirror.repository.commit(&pin.target)?.committed_at < at_work.since
        {
            over.push(pin);
        }
    }
    Ok(over)
}

/// A merge is made again from the two commits that it joins; so only they must not be lost.
fn is_elsewhere(mirror: &Mirror, pin: &Reference) -> Result<bool, GitError> {
    let mut holds = vec![pin.target.clone()];
    if pin.name.starts_with(MERGES) {
        holds = mirror.repository.commit(&pin.target)?.parents;
    }
    let nowhere_else = mirror
        .repository
        .run("rev-list")
        .arg("--max-count=1")
        .args(holds.iter().map(CommitSha::as_str))
        .args([
            "--not",
            "--glob=refs/remotes/origin",
            "--glob=refs/runs",
            "--glob=refs/leftovers",
        ])
        .bytes()?;
    Ok(nowhere_else.is_empty())
}
