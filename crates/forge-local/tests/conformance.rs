//! The conformance suites of the ports that the forge stands behind.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "shared with the forge's own tests")]
#[path = "local_forge/rig.rs"]
mod rig;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use forge_local::LocalForgeFeed;
use pipeline_core::effect::StatusState;
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::forge::Forge;
use pipeline_core::port::source::EventSource;
use testkit::conformance::forge::ForgeHarness;
use testkit::conformance::source::SourceHarness;
use testkit::conformance::{forge, source};

use rig::{Rig, commit, git, head, status};

struct Harness {
    rig: Rig,
    changes: AtomicU32,
}

impl Harness {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            rig: Rig::new(),
            changes: AtomicU32::new(0),
        })
    }
}

#[async_trait]
impl ForgeHarness for Harness {
    fn forge(&self) -> Arc<dyn Forge> {
        self.rig.forge.clone()
    }

    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        git(&self.rig.work, &["fetch", "--quiet", "origin"]);
        if branch == self.rig.forge.default_branch() {
            git(&self.rig.work, &["switch", "--quiet", branch.as_str()]);
            git(&self.rig.work, &["reset", "--quiet", "--hard", "origin/main"]);
        }
        self.rig.push(branch.as_str(), files)
    }

    async fn force_push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        let work = &self.rig.work;
        git(work, &["fetch", "--quiet", "origin"]);
        git(work, &["switch", "--quiet", "-C", branch.as_str(), "origin/main"]);
        commit(work, files);
        git(work, &["push", "--quiet", "--force", "origin", branch.as_str()]);
        head(work)
    }

    async fn close(&self, pull_request: u64) -> bool {
        self.rig.forge.close_pull_request(pull_request).await.unwrap();
        true
    }

    async fn file(&self, branch: &BranchName, path: &str) -> Option<String> {
        let listed = self.rig.ask(&["ls-tree", "--name-only", branch.as_str(), path]);
        (!listed.is_empty()).then(|| format!("{}\n", self.rig.ask(&["show", &format!("{branch}:{path}")])))
    }

    async fn parents(&self, commit: &CommitSha) -> Vec<CommitSha> {
        let parents = self.rig.ask(&["log", "-1", "--format=%P", commit.as_str()]);
        parents.split_whitespace().map(CommitSha::from).collect()
    }
}

#[async_trait]
impl SourceHarness for Harness {
    fn source(&self) -> Arc<dyn EventSource> {
        Arc::new(LocalForgeFeed::new(vec![Arc::clone(&self.rig.forge)]))
    }

    /// A push from outside does not wake anybody; the status that follows it does.
    async fn change(&self) -> (ProjectId, Hint) {
        let number = self.changes.fetch_add(1, Ordering::SeqCst);
        let branch = format!("feature/{number}");
        let head = self.rig.push(&branch, &[("changed.txt", &branch)]);
        let done = status("ci/test", StatusState::Success);
        self.rig.forge.set_status(&head, &done).await.unwrap();
        (self.rig.project.clone(), Hint::Branch(BranchName::new(branch)))
    }
}

#[tokio::test]
async fn it_is_a_forge() {
    forge::all(|| async { Harness::new() as Arc<dyn ForgeHarness> }).await;
}

#[tokio::test]
async fn its_feed_is_a_source() {
    source::all(|| async { Harness::new() as Arc<dyn SourceHarness> }).await;
}
