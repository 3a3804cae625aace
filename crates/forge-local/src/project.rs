//! One project of the forge, as it is worked on: under its lock, on a thread that may block.

use std::sync::Arc;

use git::{GitError, RefStamp, Repository};
use pipeline_core::effect::CommitStatus;
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::PullRequest;
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;

use crate::feed::{Feed, Heads};
use crate::pulls::{NewPull, Pulls};
use crate::statuses::Statuses;

/// A project's repository and files.
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) repository: Repository,
    pub(crate) default_branch: BranchName,
    pub(crate) pulls: Pulls,
    pub(crate) statuses: Statuses,
    pub(crate) feed: Feed,
    /// How the branches lay on the disk when the feed noticed them last; none when a change since might not show in it.
    pub(crate) noticed: Option<RefStamp>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Project {
    /// Writes to the feed what was pushed from outside. Git is asked only when something may have changed.
    pub(crate) fn notice(&mut self) -> Result<(), PortError> {
        let now = self.clock.now();
        // Taken before git is asked: what is pushed in between shows in the next one.
        let stamp = self.repository.branch_stamp()?;
        if self.noticed.as_ref() == Some(&stamp) {
            return Ok(());
        }
        let heads = heads_of(&self.repository)?;
        self.feed.notice(&heads, now)?;
        self.noticed = stamp.is_settled(now).then_some(stamp);
        Ok(())
    }

    /// Opens a pull request, or answers with the open one of this branch.
    pub(crate) fn open_pull_request(
        &mut self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError> {
        let heads = heads_of(&self.repository)?;
        let default_head = self.default_head(&heads)?.clone();
        self.settle(branch, &heads)?;
        if let Some(pull) = self.pulls.of_branch(branch)
            && pull.is_open()
        {
            return Ok(pull.seen());
        }
        let head = heads
            .get(branch)
            .ok_or_else(|| PortError::NotFound(format!("branch '{branch}' of project {}", self.id)))?;
        if self.contains(&default_head, head)? {
            return Err(PortError::Permanent(format!(
                "branch '{branch}' has no commit that '{}' has not; there is nothing to merge",
                self.default_branch
            )));
        }
        let opened = self.pulls.add(&NewPull {
            branch,
            head,
            title,
            body,
            at: self.clock.now(),
        })?;
        self.feed.append(std::slice::from_ref(branch), self.clock.now())?;
        Ok(opened)
    }

    /// Sets a status; `NotFound` for a commit that is not here.
    pub(crate) fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        if !self.has(commit)? {
            return Err(PortError::NotFound(format!(
                "commit '{commit}' of project {}",
                self.id
            )));
        }
        self.statuses.set(commit, status)?;
        let heads = heads_of(&self.repository)?;
        let branches: Vec<_> = heads
            .into_iter()
            .filter(|(_, head)| head == commit)
            .map(|(branch, _)| branch)
            .collect();
        Ok(self.feed.append(&branches, self.clock.now())?)
    }

    /// The default branch's head; without it nothing works.
    pub(crate) fn default_head<'a>(&self, heads: &'a Heads) -> Result<&'a CommitSha, PortError> {
        heads.get(&self.default_branch).ok_or_else(|| {
            PortError::Permanent(format!(
                "the repository {} has no default branch '{}'; push it",
                self.repository.path().display(),
                self.default_branch
            ))
        })
    }

    /// Whether `older` is here and is `newer` or one of its ancestors.
    pub(crate) fn contains(&self, newer: &CommitSha, older: &CommitSha) -> Result<bool, GitError> {
        Ok(self.has(older)? && self.repository.is_ancestor(older, newer)?)
    }

    /// Only a full commit id is one: no branch, no abbreviation, nothing that would lead out of a folder as a file name.
    fn has(&self, commit: &CommitSha) -> Result<bool, GitError> {
        Ok(self.repository.rev_parse(commit.as_str())?.as_ref() == Some(commit))
    }
}

/// All branches.
pub(crate) fn heads_of(repository: &Repository) -> Result<Heads, GitError> {
    let heads = repository.for_each_ref("refs/heads")?;
    Ok(heads
        .into_iter()
        .filter_map(|head| {
            let branch = head.name.strip_prefix("refs/heads/")?;
            Some((BranchName::new(branch), head.target))
        })
        .collect())
}
