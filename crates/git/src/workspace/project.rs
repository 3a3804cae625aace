//! What the port's calls do, one after the other, on one project's mirror and checkouts.

use std::sync::{Arc, Mutex};

use pipeline_core::effect::{Push, StartBranch};
use pipeline_core::id::{CommitSha, TreeSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::workspace::{BaseMerge, HarvestSpec};
use pipeline_core::run::Harvest;

use super::just_fetched::JustFetched;
use super::start_branch;
use crate::checkout::Checkouts;
use crate::harvest::{self, CommitNote, Source};
use crate::mirror::{Joined, MergeNote, Mirror, Pin};
use crate::remote::PushOutcome;

/// A project's repository on our disk.
pub(crate) struct Project {
    pub(crate) mirror: Mirror,
    pub(crate) checkouts: Checkouts,
    pub(super) largest_file: u64,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) just_fetched: JustFetched,
    /// Held by whoever changes the mirror or a checkout.
    pub(super) changing: Mutex<()>,
}

impl Project {
    pub(super) fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        let at = self.clock.now();
        let first = start_branch::start(&self.mirror, branch, at)?;
        self.just_fetched.remember(&first, at);
        Ok(first)
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
