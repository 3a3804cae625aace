//! The workspace in memory keeps its port's promises.
#![allow(clippy::expect_used, reason = "a harness outside of test functions")]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::port::workspace::Workspace;
use testkit::conformance;
use testkit::conformance::workspace::WorkspaceHarness;
use testkit::fake::repo::FakeRepo;
use testkit::fake::workspace::{FakeWorkspace, WorkTree};

struct OnFake {
    repo: Arc<FakeRepo>,
    workspace: Arc<FakeWorkspace>,
}

impl OnFake {
    fn new() -> Self {
        let repo = Arc::new(FakeRepo::new("main"));
        let workspace = Arc::new(FakeWorkspace::new(Arc::clone(&repo)));
        Self { repo, workspace }
    }

    fn work<T>(&self, directory: &Path, work: impl FnOnce(&mut WorkTree) -> T) -> T {
        let done = self.workspace.in_directory(directory, work);
        done.expect("the directory is a checkout")
    }
}

#[async_trait]
impl WorkspaceHarness for OnFake {
    fn workspace(&self) -> Arc<dyn Workspace> {
        Arc::clone(&self.workspace) as Arc<dyn Workspace>
    }

    async fn head(&self, branch: &BranchName) -> Option<CommitSha> {
        self.repo.head(branch)
    }

    async fn push_to_default(&self, files: &[(&str, &str)]) -> CommitSha {
        let branch = self.repo.default_branch();
        self.repo.commit_to(branch, files, "somebody's work")
    }

    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.repo.commit_to(branch, files, "somebody's work")
    }

    async fn write(&self, directory: &Path, path: &str, text: Option<&str>) {
        self.work(directory, |tree| match text {
            Some(text) => tree.write(path, text),
            None => tree.delete(path),
        });
    }

    async fn file(&self, directory: &Path, path: &str) -> Option<String> {
        self.work(directory, |tree| tree.read(path).map(str::to_owned))
    }

    async fn commit(&self, directory: &Path, message: &str) {
        self.work(directory, |tree| tree.commit(message));
    }

    async fn rewrite_history(&self, directory: &Path) {
        self.work(directory, WorkTree::rewrite_history);
    }
}

#[tokio::test]
async fn the_fake_workspace_conforms() {
    conformance::workspace::all(|| async { Arc::new(OnFake::new()) as Arc<dyn WorkspaceHarness> }).await;
}
