//! Reading a branch, and noticing merges that were made past the forge (a push of the default branch).

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::observation::{HeadObservation, PullRequestState};
use pipeline_core::port::PortError;

use crate::feed::Heads;
use crate::project::{Project, heads_of};
use crate::pulls::Pull;

impl Project {
    /// The branch as it stands.
    pub(crate) fn observe(
        &mut self,
        branch: &BranchName,
        ours: Option<&CommitSha>,
    ) -> Result<HeadObservation, PortError> {
        let heads = heads_of(&self.repository)?;
        let default_head = self.default_head(&heads)?.clone();
        self.settle(branch, &heads)?;
        let head = heads.get(branch).cloned();
        let descends = match (ours, &head) {
            (Some(ours), Some(head)) => self.contains(head, ours)?,
            (None, _) | (_, None) => true,
        };
        let statuses = match &head {
            Some(head) => self.statuses.of_others(head)?,
            None => Vec::new(),
        };
        Ok(HeadObservation {
            branch: branch.clone(),
            head,
            descends,
            statuses,
            pull_request: self.pulls.of_branch(branch).map(Pull::seen),
            default_branch: self.default_branch.clone(),
            red_on_default: self.statuses.red(&default_head)?,
            default_head,
        })
    }

    /// Brings what is written of the branch's open pull request up to date with the repository.
    pub(crate) fn settle(&mut self, branch: &BranchName, heads: &Heads) -> Result<(), PortError> {
        let Some(pull) = self.pulls.of_branch(branch).filter(|pull| pull.is_open()) else {
            return Ok(());
        };
        let mut settled = pull.clone();
        if let Some(head) = heads.get(branch) {
            settled.head = head.clone();
        }
        if let Some(state) = self.merged_state(&settled, self.default_head(heads)?)? {
            settled.state = state;
            settled.merging = None;
        }
        if settled != *pull {
            self.pulls.save(settled)?;
        }
        Ok(())
    }

    /// `Merged` when the default branch holds the pull request's head, or the merge that was being made when we were stopped.
    fn merged_state(
        &self,
        pull: &Pull,
        default_head: &CommitSha,
    ) -> Result<Option<PullRequestState>, PortError> {
        if let Some(merging) = &pull.merging
            && self.contains(default_head, &merging.commit)?
        {
            return Ok(Some(PullRequestState::Merged {
                head: merging.head.clone(),
                commit: merging.commit.clone(),
                at: merging.at,
            }));
        }
        if !self.contains(default_head, &pull.head)? {
            return Ok(None);
        }
        Ok(Some(PullRequestState::Merged {
            head: pull.head.clone(),
            commit: self.arrival(&pull.head, default_head)?,
            at: self.clock.now(),
        }))
    }

    /// The commit by which `head` came to the default branch: the oldest one on its first-parent line that has it.
    fn arrival(&self, head: &CommitSha, default_head: &CommitSha) -> Result<CommitSha, PortError> {
        let newer = self.repository.commits_between(head, default_head)?;
        let mut having = BTreeSet::from([head]);
        let mut first_parent = BTreeMap::new();
        // Parents come before children.
        for commit in &newer {
            if commit.parents.iter().any(|parent| having.contains(parent)) {
                having.insert(&commit.sha);
            }
            first_parent.insert(&commit.sha, commit.parents.first());
        }
        let mut arrived = default_head;
        while let Some(Some(parent)) = first_parent.get(arrived)
            && having.contains(parent)
        {
            arrived = parent;
        }
        Ok(arrived.clone())
    }
}
