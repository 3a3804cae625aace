//! What a project keeps on our disk when the work is over: checkouts, pins, and work that was set aside. What the forge does not have stays.

mod rest;

use std::collections::BTreeSet;
use std::fs;
use std::io;

use async_trait::async_trait;
use pipeline_core::id::{BranchName, RunId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::storage::{AtWork, Storage, Unpinned};
use pipeline_core::retention::Kept;
use pipeline_core::time::Timestamp;

use crate::checkout::grave;
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::repository::{PackAbove, RefExpectation, RefUpdate, Reference, Unreachable};
use crate::workspace::{Access, GitWorkspace};

#[async_trait]
impl Storage for GitWorkspace {
    async fn checkouts(&self, of: Vec<BranchName>) -> Result<Vec<BranchName>, PortError> {
        self.run(Access::Look, move |project| {
            let mut there = Vec::new();
            for branch in of {
                if project.checkouts.exist(&branch)? {
                    there.push(branch);
                }
            }
            Ok(there)
        })
        .await
    }

    async fn unpin(&self, tasks: BTreeSet<TaskId>) -> Result<Unpinned, PortError> {
        self.run(Access::Change, move |project| unpin(&project.mirror, &tasks))
            .await
    }

    async fn unpin_rest(&self, at_work: AtWork) -> Result<Unpinned, PortError> {
        self.run(Access::Change, move |project| {
            rest::unpin(&project.mirror, &at_work)
        })
        .await
    }

    async fn pack(&self, before: Timestamp) -> Result<bool, PortError> {
        self.pack_above(PackAbove::default(), before).await
    }

    async fn set_aside(&self) -> Result<Vec<Kept>, PortError> {
        self.run(Access::Look, |project| Ok(project.checkouts.set_aside()?))
            .await
    }
}

impl GitWorkspace {
    /// [`Storage::pack`] with another measure of much.
    pub async fn pack_above(&self, above: PackAbove, before: Timestamp) -> Result<bool, PortError> {
        self.run(Access::Change, move |project| {
            // What was set aside borrows our objects, and nothing says which of them.
            let unreachable = if project.checkouts.set_aside()?.is_empty() {
                Unreachable::RemoveBefore(before)
            } else {
                Unreachable::Keep
            };
            Ok(project.mirror.repository.pack(above, unreachable)?)
        })
        .await
    }
}

fn unpin(mirror: &Mirror, tasks: &BTreeSet<TaskId>) -> Result<Unpinned, PortError> {
    let mut unpinned = Unpinned::default();
    let pins = pins_of(mirror, tasks)?;
    if pins.is_empty() {
        return Ok(unpinned);
    }
    // The forge's word is asked for now: what it had once it may have lost.
    mirror.fetch()?;
    for pin in pins {
        if !is_a_base(&pin) && !mirror.is_in_the_forge(&pin.target)? {
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

fn kept(mirror: &Mirror, pin: &Reference) -> Kept {
    Kept {
        what: format!("commit {}", pin.target),
        place: format!("{} {}", mirror.repository.path().display(), pin.name),
        why: "no branch of the forge has it".to_owned(),
    }
}

/// It was pinned for a checkout that is gone, and was the forge's own.
fn is_a_base(pin: &Reference) -> bool {
    pin.name.ends_with("-base")
}

fn pins_of(mirror: &Mirror, tasks: &BTreeSet<TaskId>) -> Result<Vec<Reference>, GitError> {
    let mut pins = mirror.repository.for_each_ref("refs/runs")?;
    pins.extend(mirror.repository.for_each_ref("refs/leftovers")?);
    pins.retain(|pin| run_of(&pin.name).is_some_and(|run| tasks.contains(&run.job.task)));
    Ok(pins)
}

/// Of `refs/runs/7-3-1`, `refs/runs/7-3-1-start`, `refs/runs/7-3-1-base` and `refs/leftovers/7-3-1-{commit}`.
fn run_of(name: &str) -> Option<RunId> {
    let name = name
        .strip_prefix("refs/runs/")
        .or_else(|| name.strip_prefix("refs/leftovers/"))?;
    let mut parts = name.splitn(4, '-');
    let run = [parts.next()?, parts.next()?, parts.next()?].join("-");
    run.parse().ok()
}

impl crate::checkout::Checkouts {
    fn exist(&self, branch: &BranchName) -> Result<bool, GitError> {
        let name = crate::branch::folder_name(branch)?;
        let there = |path: std::path::PathBuf| match fs::symlink_metadata(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(GitError::io("look at", &path)(error)),
        };
        let folder = self.root().join(&name);
        Ok(there(grave(&folder))? || there(self.root().join(".clean").join(&name))? || there(folder)?)
    }

    fn set_aside(&self) -> Result<Vec<Kept>, GitError> {
        let folder = self.root().join(".kept");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(GitError::io("read", &folder))?,
        };
        let mut kept = Vec::new();
        for entry in entries {
            let entry = entry.map_err(GitError::io("read", &folder))?;
            kept.push(Kept {
                what: "a checkout with work that no run has delivered".to_owned(),
                place: entry.path().display().to_string(),
                why: "nobody has taken it; take what you want and remove the directory".to_owned(),
            });
        }
        kept.sort();
        Ok(kept)
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn pins_say_whose_they_are() {
        for (name, expected) in [
            ("refs/runs/7-3-1", Some("7-3-1")),
            ("refs/runs/7-3-1-start", Some("7-3-1")),
            ("refs/runs/7-3-1-base", Some("7-3-1")),
            ("refs/leftovers/7-3-1-abcdef", Some("7-3-1")),
            ("refs/runs/7-3", None),
            ("refs/branches/7-3-1", None),
            ("refs/runs/x-y-z", None),
        ] {
            let run = run_of(name).map(|run| run.to_string());
            assert_eq!(run.as_deref(), expected, "{name}");
        }
    }
}
