//! The guarded merge: exactly the named head, or nothing.

use git::{RefExpectation, RefUpdate};
use pipeline_core::id::CommitSha;
use pipeline_core::observation::{PullRequestState, PullReview};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::MergeRequest;

use crate::forge::NewReview;
use crate::join::{Join, Joined};
use crate::project::{Project, heads_of};
use crate::pulls::{Merging, Pull};

impl Project {
    /// Merges, or answers with the commit of the earlier merge of this head.
    pub(crate) fn merge(&mut self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        let number = request.pull_request;
        let heads = heads_of(&self.repository)?;
        let branch = self.pull(number)?.branch.clone();
        self.settle(&branch, &heads)?;
        let pull = self.pull(number)?.clone();
        match &pull.state {
            PullRequestState::Merged { head, commit, .. } if *head == request.head => {
                return Ok(commit.clone());
            }
            PullRequestState::Merged { head, .. } => {
                return Err(conflict(number, &format!("was merged with the head {head}")));
            }
            PullRequestState::Closed => return Err(conflict(number, "is closed")),
            PullRequestState::Open => {}
        }
        match heads.get(&branch) {
            Some(head) if *head == request.head => {}
            Some(head) => {
                let why = format!("has the head {head}, not {}", request.head);
                return Err(conflict(number, &why));
            }
            None => return Err(conflict(number, &format!("has lost its branch '{branch}'"))),
        }
        let base = self.default_head(&heads)?.clone();
        let commit = self.join(request, &base)?;
        self.carry_out(pull, request, (base, commit))
    }

    /// Closes without a merge; as people do.
    pub(crate) fn close(&mut self, number: u64) -> Result<(), PortError> {
        let heads = heads_of(&self.repository)?;
        let branch = self.pull(number)?.branch.clone();
        self.settle(&branch, &heads)?;
        let mut pull = self.pull(number)?.clone();
        if pull.is_open() {
            pull.state = PullRequestState::Closed;
            self.pulls.save(pull)?;
            self.feed.append(&[branch], self.clock.now())?;
        }
        Ok(())
    }

    /// Keeps a person's review of the branch's present head.
    pub(crate) fn review(&mut self, number: u64, given: NewReview) -> Result<(), PortError> {
        let heads = heads_of(&self.repository)?;
        let branch = self.pull(number)?.branch.clone();
        self.settle(&branch, &heads)?;
        let mut pull = self.pull(number)?.clone();
        if !pull.is_open() {
            return Err(conflict(number, "is not open"));
        }
        pull.reviews.push(PullReview {
            author: given.author,
            state: given.state,
            commit: pull.head.clone(),
            at: self.clock.now(),
            text: given.text,
        });
        self.pulls.save(pull)?;
        Ok(self.feed.append(&[branch], self.clock.now())?)
    }

    fn pull(&self, number: u64) -> Result<&Pull, PortError> {
        self.pulls
            .get(number)
            .ok_or_else(|| PortError::NotFound(format!("pull request {number} of project {}", self.id)))
    }

    fn join(&self, request: &MergeRequest, base: &CommitSha) -> Result<CommitSha, PortError> {
        let joined = Join {
            repository: &self.repository,
            base,
            head: &request.head,
            style: request.style,
            message: &request.message,
            at: self.clock.now(),
        }
        .run()?;
        let number = request.pull_request;
        match joined {
            Joined::Commit(commit) => Ok(commit),
            Joined::Conflict(files) => Err(conflict(
                number,
                &format!(
                    "cannot be merged cleanly; files in conflict: {}",
                    files.join(", ")
                ),
            )),
            Joined::Unrelated => Err(conflict(
                number,
                "has no history in common with the default branch",
            )),
            Joined::Unfaithful => Err(conflict(
                number,
                "cannot be rebased: moving its commits gives other files than merging them; use merge or squash",
            )),
        }
    }

    /// The intention is on disk before the branch moves, so that a crash in between is not taken for "not merged".
    fn carry_out(
        &mut self,
        mut pull: Pull,
        request: &MergeRequest,
        (base, commit): (CommitSha, CommitSha),
    ) -> Result<CommitSha, PortError> {
        let at = self.clock.now();
        let head = request.head.clone();
        pull.merging = Some(Merging {
            head: head.clone(),
            commit: commit.clone(),
            at,
        });
        self.pulls.save(pull.clone())?;
        let name = format!("refs/heads/{}", self.default_branch);
        match self
            .repository
            .update_ref(&name, &commit, RefExpectation::At(&base))?
        {
            RefUpdate::Updated => {}
            RefUpdate::Refused { .. } => {
                return Err(PortError::retry(format!(
                    "'{}' moved while pull request {} was being merged",
                    self.default_branch, pull.number
                )));
            }
        }
        let branch = pull.branch.clone();
        pull.merging = None;
        pull.state = PullRequestState::Merged {
            head,
            commit: commit.clone(),
            at,
        };
        self.pulls.save(pull)?;
        self.feed.append(&[branch], self.clock.now())?;
        Ok(commit)
    }
}

fn conflict(number: u64, why: &str) -> PortError {
    PortError::Conflict(format!("pull request {number} {why}"))
}
