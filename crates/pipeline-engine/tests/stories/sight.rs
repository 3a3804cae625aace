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

    /// Our comments on the issue as `author: text`, oldest first.
    pub(crate) fn voices(&self, issue: &IssueId) -> Vec<String> {
        let comments = self.board.comments(issue).into_iter();
        comments
            .filter(|comment| comment.key.is_some())
            .map(|comment| format!("{}: {}", comment.author, comment.text))
            .collect()
    }

    /// What rang, oldest first.
    pub(crate) fn alarms(&self) -> Vec<String> {
        self.chat.alerts().into_iter().map(|alert| alert.text).collect()
    }

    /// Each of these comments was written exactly so, once, in this order, and no other between the first of them and the last; the slow
    /// looks that follow, which see all of it again, add nothing.
    pub(crate) async fn speaks(&mut self, issue: &IssueId, expected: &[&str]) {
        for look in ["at once", "after slow looks"] {
            let said = self.voices(issue);
            let first = said.iter().position(|said| said == expected[0]);
            let from = first.unwrap_or_else(|| panic!("{look}: not said: {}\nbut {said:#?}", expected[0]));
            let here: Vec<&str> = said[from..]
                .iter()
                .take(expected.len())
                .map(String::as_str)
                .collect();
            assert_eq!(here, expected, "{look}");
            for text in expected {
                let times = said.iter().filter(|said| said == text).count();
                let wanted = expected.iter().filter(|other| *other == text).count();
                assert_eq!(times, wanted, "{look}: {text}");
            }
            self.daemon_dies();
            self.daemon_starts().await;
            self.advance(std::time::Duration::from_secs(400)).await;
        }
    }

    /// The same of alerts; others may ring between them.
    pub(crate) async fn rings(&mut self, expected: &[&str]) {
        for look in ["at once", "after slow looks"] {
            let rang = self.alarms();
            let of_these: Vec<&str> = rang
                .iter()
                .map(String::as_str)
                .filter(|rang| expected.contains(rang))
                .collect();
            assert_eq!(of_these, expected, "{look}: {rang:#?}");
            self.daemon_dies();
            self.daemon_starts().await;
            self.advance(std::time::Duration::from_secs(400)).await;
        }
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
