//! What the port's calls do, one after the other, on one project's mirror and checkouts.

use std::sync::{Arc, Mutex};

use pipeline_core::effect::Push;
use pipeline_core::id::{BranchName, CommitSha, RunId, TreeSha, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec};
use pipeline_core::run::Harvest;

use crate::checkout::{Checkouts, Wanted};
use crate::harvest::{self, CommitNote, Source};
use crate::mirror::{Joined, MergeNote, Mirror, Pin};
use crate::remote::PushOutcome;

/// A project's repository on our disk.
pub(crate) struct Project {
    pub(crate) mirror: Mirror,
    pub(crate) checkouts: Checkouts,
    pub(super) largest_file: u64,
    pub(super) clock: Arc<dyn Clock>,
    /// Held by whoever changes the mirror or a checkout.
    pub(super) changing: Mutex<()>,
}

impl Project {
    pub(super) fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        let start = match self.mirror.pinned(Pin::Start(spec.run))? {
            Some(start) => start,
            None => {
                let start = self.resolve(&spec.start, &spec.branch)?;
                self.mirror.pin(Pin::Start(spec.run), &start)?;
                start
            }
        };
        let base = self.base(spec.run)?;
        let wanted = Wanted {
            run: spec.run,
            branch: &spec.branch,
            start: &start,
            base: base.as_ref(),
            remove: &spec.remove,
            clean: spec.clean,
        };
        let directory = self.checkouts.make(&self.mirror, &wanted)?;
        Ok(Checkout { directory, start })
    }

    /// The default branch for a run's checkout, the same however often it is asked.
    fn base(&self, run: RunId) -> Result<Option<CommitSha>, PortError> {
        if let Some(base) = self.mirror.pinned(Pin::Base(run))? {
            return Ok(Some(base));
        }
        let base = self.mirror.branch_head(&self.mirror.default_branch)?;
        if let Some(base) = &base {
            self.mirror.pin(Pin::Base(run), base)?;
        }
        Ok(base)
    }

    fn resolve(&self, start: &StartPoint, branch: &BranchName) -> Result<CommitSha, PortError> {
        match start {
            StartPoint::Branch { head } => {
                self.mirror.require(head)?;
                Ok(head.clone())
            }
            StartPoint::DefaultBranch { with } => {
                self.mirror.fetch()?;
                let default = self.mirror.default_head()?;
                with.as_ref()
                    .map_or_else(|| Ok(default.clone()), |with| self.joined(with, &default, branch))
            }
        }
    }

    fn joined(
        &self,
        with: &CommitSha,
        default: &CommitSha,
        branch: &BranchName,
    ) -> Result<CommitSha, PortError> {
        self.mirror.require(with)?;
        let note = MergeNote {
            into: branch.as_str(),
            at: self.clock.now(),
        };
        match self.mirror.join(with, default, &note)? {
            Joined::Contained(commit) | Joined::Merged(commit) => Ok(commit),
            Joined::Conflict(files) => Err(PortError::Conflict(format!(
                "'{}' cannot be merged into {with}; conflicts in {}",
                self.mirror.default_branch,
                files.join(", ")
            ))),
        }
    }

    pub(super) fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        let start = harvest::start_of(&self.mirror, spec.run)?;
        if let Some(head) = self.mirror.pinned(Pin::Result(spec.run))? {
            return harvest::answer(&self.mirror, spec, start, head);
        }
        let folder = self.checkouts.of_run(&self.mirror, &spec.branch, spec.run)?;
        let source = Source {
            folder: &folder,
            run: spec.run,
            start: &start,
            delivered: None,
            largest_file: self.largest_file,
        };
        let taken = harvest::take(&self.mirror, &source)?;
        let note = CommitNote {
            role: &spec.role,
            at: self.clock.now(),
            message: &spec.message,
        };
        let head = harvest::commit(&self.mirror, &taken, &note)?;
        self.mirror.pin(Pin::Result(spec.run), &head)?;
        harvest::answer(&self.mirror, spec, start, head)
    }

    pub(super) fn push(&self, push: &Push) -> Result<(), PortError> {
        let mirror = &self.mirror;
        if !mirror.repository.has_commit(&push.commit)? {
            return Err(PortError::NotFound(format!(
                "commit {} is not in the mirror",
                push.commit
            )));
        }
        let outcome = mirror.remote.push(
            &mirror.repository,
            &push.commit,
            push.branch.as_str(),
            push.expected.as_ref(),
        )?;
        match outcome {
            PushOutcome::Done => Ok(()),
            PushOutcome::Stale(reason) => Err(PortError::Conflict(format!(
                "branch '{}' in the forge is not where it was expected: {reason}",
                push.branch
            ))),
            PushOutcome::Rejected(reason) => Err(PortError::Permanent(format!(
                "the forge does not take the push to '{}': {reason}",
                push.branch
            ))),
        }
    }

    pub(super) fn merge_base(
        &self,
        head: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<BaseMerge, PortError> {
        self.mirror.fetch()?;
        self.mirror.require(head)?;
        let base = self.mirror.default_head()?;
        if self.mirror.repository.is_ancestor(&base, head)? {
            return Ok(BaseMerge::UpToDate);
        }
        let note = MergeNote {
            into: work_item.as_str(),
            at: self.clock.now(),
        };
        match self.mirror.merge(head, &base, &note)? {
            Joined::Contained(head) | Joined::Merged(head) => Ok(BaseMerge::Merged {
                code_tree: self.mirror.trees(&head, work_item)?.code,
                head,
            }),
            Joined::Conflict(files) => Ok(BaseMerge::Conflict { base, files }),
        }
    }

    pub(super) fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        if !self.mirror.has_merged(head, theirs)? {
            return Ok(None);
        }
        Ok(Some(self.mirror.trees(theirs, work_item)?.code))
    }
}
