//! The forge in memory keeps its port's promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::forge::Forge;
use pipeline_core::port::source::EventSource;
use testkit::conformance;
use testkit::conformance::forge::ForgeHarness;
use testkit::conformance::source::SourceHarness;
use testkit::fake::clock::FakeClock;
use testkit::fake::forge::FakeForge;
use testkit::fake::repo::FakeRepo;

struct OnFake {
    forge: Arc<FakeForge>,
    pushes: AtomicU32,
}

impl OnFake {
    fn new() -> Self {
        let repo = Arc::new(FakeRepo::new("main"));
        let clock = Arc::new(FakeClock::new());
        Self {
            forge: Arc::new(FakeForge::new(ProjectId::new("et"), repo, clock)),
            pushes: AtomicU32::new(0),
        }
    }
}

#[async_trait]
impl ForgeHarness for OnFake {
    fn forge(&self) -> Arc<dyn Forge> {
        Arc::clone(&self.forge) as Arc<dyn Forge>
    }

    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.forge.push(branch, files)
    }

    async fn force_push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.forge.force_push(branch, files)
    }

    async fn close(&self, pull_request: u64) -> bool {
        self.forge.close_pull_request(pull_request);
        true
    }

    async fn file(&self, branch: &BranchName, path: &str) -> Option<String> {
        self.forge.repo().file(branch, path)
    }

    async fn parents(&self, commit: &CommitSha) -> Vec<CommitSha> {
        self.forge
            .repo()
            .objects(|objects| objects.parents(commit).to_vec())
    }
}

#[async_trait]
impl SourceHarness for OnFake {
    fn source(&self) -> Arc<dyn EventSource> {
        Arc::clone(&self.forge) as Arc<dyn EventSource>
    }

    async fn change(&self) -> (ProjectId, Hint) {
        let number = self.pushes.fetch_add(1, Ordering::Relaxed);
        let branch = BranchName::new(format!("feature/{number}"));
        self.forge.push(&branch, &[("a.txt", "a\n")]);
        (ProjectId::new("et"), Hint::Branch(branch))
    }
}

#[tokio::test]
async fn the_fake_forge_conforms() {
    conformance::forge::all(|| async { Arc::new(OnFake::new()) as Arc<dyn ForgeHarness> }).await;
}

#[tokio::test]
async fn the_fake_forges_feed_conforms() {
    conformance::source::all(|| async { Arc::new(OnFake::new()) as Arc<dyn SourceHarness> }).await;
}
