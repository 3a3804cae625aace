//! What a story can see: the task, its runs, and what was said.

use pipeline_core::id::{BranchName, CommitSha, IssueId};
use pipeline_core::port::runner::RunWork;
use pipeline_core::port::store::tasks::{TaskKey, TaskStore};
use pipeline_core::task::Task;

use crate::world::World;

impl World {
    pub(crate) async fn task(&self, issue: &IssueId) -> Task {
        self.find_task(issue).await.expect("the issue has a task")
    }

    pub(crate) async fn find_task(&self, issue: &IssueId) -> Option<Task> {
        let key = TaskKey::Issue(self.project.id.clone(), issue.clone());
        self.looking(self.store.task(&key)).await.unwrap()
    }

    /// `review/working`.
    pub(crate) async fn stands(&self, issue: &IssueId) -> String {
        let task = self.task(issue).await;
        format!("{}/{}", task.stage, task.state.name())
    }

    /// Roles of all agent runs so far, in order.
    pub(crate) fn runs(&self) -> Vec<String> {
        let started = self.runner.started().into_iter();
        started
            .filter_map(|spec| match spec.work {
                RunWork::Agent { role, .. } => Some(role.to_string()),
                RunWork::Command { .. } => None,
            })
            .collect()
    }

    /// Commands of the project that were run so far, in order.
    pub(crate) fn commands(&self) -> Vec<String> {
        let started = self.runner.started().into_iter();
        started
            .filter_map(|spec| match spec.work {
                RunWork::Agent { .. } => None,
                RunWork::Command { command } => Some(command),
            })
            .collect()
    }

    /// The brief of the role's newest run.
    pub(crate) fn brief(&self, role: &str) -> String {
        self.runner.briefs(role).pop().expect("the role ran")
    }

    /// Our comments on the issue, oldest first.
    pub(crate) fn said(&self, issue: &IssueId) -> Vec<String> {
        let comments = self.board.comments(issue).into_iter();
        comments
            .filter(|comment| comment.key.is_some())
            .map(|comment| comment.text)
            .collect()
    }

    /// How many of our comments hold this text.
    pub(crate) fn times_said(&self, issue: &IssueId, text: &str) -> usize {
        self.said(issue).iter().filter(|said| said.contains(text)).count()
    }

    /// How many alerts hold this text.
    pub(crate) fn times_alerted(&self, text: &str) -> usize {
        let alerts = self.chat.alerts();
        alerts.iter().filter(|alert| alert.text.contains(text)).count()
    }

    pub(crate) async fn branch(&self, issue: &IssueId) -> BranchName {
        self.task(issue).await.branch
    }

    /// The head of the issue's branch in the forge.
    pub(crate) async fn head(&self, issue: &IssueId) -> CommitSha {
        self.repo.head(&self.branch(issue).await).unwrap()
    }
}
