//! Checkouts: where agents and project commands work. Each is made anew for its run by our own hand and never repaired: what
//! an agent left in its git directory is thrown away unread.
//!
//! Below the root: one directory per branch; `.clean/<branch>/<run>` for throw-away ones; `.kept/` for work that nobody
//! took. A branch's directory never begins with a dot. Who works in a checkout is written down in the mirror.

mod build;
mod drafts;
mod clean;
mod ledger;
mod removal;

use std::fs;
use std::path::{Path, PathBuf};

use pipeline_core::id::{BranchName, CommitSha, RunId, TreeSha};
use pipeline_core::port::PortError;

use crate::branch::folder_name;
use crate::error::GitError;
use crate::harvest::{self, Source};
use crate::mirror::{Mirror, Pin};
use build::Plan;
use ledger::{Ledger, Tenant};
use removal::{clear, discard, is_folder, remove_tree, set_aside};

pub(crate) use build::checked;
pub(crate) use removal::grave;

/// The checkouts of one project.
#[derive(Debug)]
pub(crate) struct Checkouts {
    root: PathBuf,
    largest_file: u64,
}

/// A checkout to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) run: RunId,
    pub(crate) branch: &'a BranchName,
    pub(crate) start: &'a CommitSha,
    pub(crate) base: Option<&'a CommitSha>,
    pub(crate) remove: &'a [String],
    /// The start's tree, when it is known that none of `remove` is in it.
    pub(crate) untouched: Option<&'a TreeSha>,
    pub(crate) clean: bool,
}

/// What a checkout holds that is pinned nowhere.
enum Leftover {
    Nothing,
    /// A commit in the mirror has it all.
    Work(CommitSha),
    /// It could not be taken, for this reason.
    Untakable(String),
}

impl Checkouts {
    pub(crate) fn new(root: &Path, largest_file: u64) -> Result<Self, GitError> {
        fs::create_dir_all(root).map_err(GitError::io("create", root))?;
        Ok(Self {
            root: root.canonicalize().map_err(GitError::io("open", root))?,
            largest_file,
        })
    }

    /// Where they are.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the checkout, or answers with the one that this run was given before.
    pub(crate) fn make(&self, mirror: &Mirror, wanted: &Wanted<'_>) -> Result<PathBuf, PortError> {
        let name = folder_name(wanted.branch)?;
        let ledger = Ledger::of(mirror);
        if wanted.clean {
            return self.make_clean(mirror, wanted, &name);
        }
        let folder = self.root.join(&name);
        let tenant = ledger.tenant(&name)?;
        if tenant.as_ref().is_some_and(|tenant| tenant.run == wanted.run) && is_folder(&folder) {
            return Ok(folder);
        }
        if is_folder(&folder) {
            self.save(mirror, &name, tenant.as_ref())?;
        }
        clear(&folder)?;
        let plan = self.plan(wanted, &folder);
        let tenant = Tenant {
            run: wanted.run,
            untouched: build::untouched_tree(mirror, &plan)?,
        };
        // Written first: a directory without an entry could not be told from somebody's work.
        ledger.record(&name, &tenant)?;
        build::build(mirror, &plan, &tenant.untouched)?;
        Ok(folder)
    }

    /// The checkout that a run was given, as long as nobody else got it.
    pub(crate) fn of_run(
        &self,
        mirror: &Mirror,
        branch: &BranchName,
        run: RunId,
    ) -> Result<PathBuf, PortError> {
        let name = folder_name(branch)?;
        let folder = self.root.join(&name);
        match Ledger::of(mirror).tenant(&name)? {
            Some(tenant) if tenant.run == run && is_folder(&folder) => Ok(folder),
            Some(tenant) if tenant.run != run => Err(PortError::Permanent(format!(
                "the checkout of '{branch}' was given to run {} meanwhile",
                tenant.run
            ))),
            Some(_) | None => Err(PortError::Permanent(format!(
                "the checkout of '{branch}' is gone; run {run} has to be repeated"
            ))),
        }
    }

    /// Removes a branch's checkouts. Work that is pinned nowhere is moved aside and `Conflict` names where.
    pub(crate) fn release(&self, mirror: &Mirror, branch: &BranchName) -> Result<(), PortError> {
        let name = folder_name(branch)?;
        let ledger = Ledger::of(mirror);
        remove_tree(&self.root.join(".clean").join(&name))?;
        let folder = self.root.join(&name);
        if !is_folder(&folder) {
            discard(&folder)?;
            return Ok(ledger.forget(&name)?);
        }
        let leftover = match ledger.tenant(&name)? {
            Some(tenant) => self.leftover(mirror, &folder, &tenant)?,
            None => Leftover::Untakable("nothing is known of who worked there".to_owned()),
        };
        let kept = match leftover {
            Leftover::Nothing => {
                discard(&folder)?;
                None
            }
            Leftover::Work(_) | Leftover::Untakable(_) => Some(set_aside(&self.root, &name)?),
        };
        ledger.forget(&name)?;
        match kept {
            None => Ok(()),
            Some(kept) => Err(PortError::Conflict(format!(
                "the checkout of '{branch}' held work that no run has delivered; it is kept in {}",
                kept.display()
            ))),
        }
    }

    fn make_clean(&self, mirror: &Mirror, wanted: &Wanted<'_>, name: &str) -> Result<PathBuf, PortError> {
        let parent = self.root.join(".clean").join(name);
        fs::create_dir_all(&parent).map_err(GitError::io("create", &parent))?;
        // Its own place too: whatever is there may have been worked in.
        clean::make_room(&parent, wanted.run)?;
        let folder = parent.join(wanted.run.to_string());
        let plan = self.plan(wanted, &folder);
        build::build(mirror, &plan, &build::untouched_tree(mirror, &plan)?)?;
        Ok(folder)
    }

    fn plan<'a>(&self, wanted: &Wanted<'a>, folder: &'a Path) -> Plan<'a> {
        Plan {
            branch: wanted.branch,
            start: wanted.start,
            base: wanted.base,
            remove: wanted.remove,
            whole: wanted.untouched,
            folder,
        }
    }

    /// What the last run left without being harvested is pinned, or moved aside.
    fn save(&self, mirror: &Mirror, name: &str, tenant: Option<&Tenant>) -> Result<(), PortError> {
        let folder = self.root.join(name);
        let leftover = match tenant {
            Some(tenant) => self.leftover(mirror, &folder, tenant)?,
            None => Leftover::Untakable("nothing is known of who worked there".to_owned()),
        };
        match (leftover, tenant) {
            (Leftover::Work(commit), Some(tenant)) => {
                mirror.pin(Pin::Leftover(tenant.run, &commit), &commit)?;
                tracing::info!(run.id = %tenant.run, commit = %commit, "kept what a run left without being harvested");
            }
            (Leftover::Untakable(why), _) => {
                let kept = set_aside(&self.root, name)?;
                tracing::warn!(kept = %kept.display(), why, "moved a checkout aside that could not be taken");
            }
            (Leftover::Nothing | Leftover::Work(_), _) => {}
        }
        Ok(())
    }

    fn leftover(&self, mirror: &Mirror, folder: &Path, tenant: &Tenant) -> Result<Leftover, PortError> {
        let Some(start) = mirror.pinned(Pin::Start(tenant.run))? else {
            return Ok(Leftover::Untakable(format!(
                "the start of run {} is not known",
                tenant.run
            )));
        };
        let delivered = mirror.pinned(Pin::Result(tenant.run))?;
        let source = Source {
            folder,
            run: tenant.run,
            start: &start,
            delivered: delivered.as_ref(),
            largest_file: self.largest_file,
        };
        let taken = match harvest::take(mirror, &source) {
            Ok(taken) => taken,
            Err(PortError::Permanent(why)) => return Ok(Leftover::Untakable(why)),
            Err(error) => return Err(error),
        };
        if taken.head == start && taken.tree == tenant.untouched {
            return Ok(Leftover::Nothing);
        }
        if let Some(delivered) = &delivered
            && mirror.repository.tree(delivered)? == taken.tree
            && mirror.repository.is_ancestor(&taken.head, delivered)?
        {
            return Ok(Leftover::Nothing);
        }
        let commit = harvest::commit_leftover(mirror, &taken)?;
        Ok(Leftover::Work(commit))
    }
}
