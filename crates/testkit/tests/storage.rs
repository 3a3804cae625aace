//! The fake storages keep the ports' promises.
#![allow(clippy::unwrap_used, reason = "a harness outside of test functions")]

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{BranchName, RunId, TaskId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::storage::Storage;
use pipeline_core::port::workspace::{CheckoutSpec, Workspace};
use testkit::conformance::run_storage::{self, RunStorageHarness};
use testkit::conformance::storage::{self, StorageHarness};
use testkit::fake::repo::FakeRepo;
use testkit::fake::storage::{FakeRunStorage, FakeStorage};
use testkit::fake::workspace::FakeWorkspace;
use testkit::sample;

struct Runs(Arc<FakeRunStorage>);

#[async_trait]
impl RunStorageHarness for Runs {
    fn storage(&self) -> Arc<dyn RunStorage> {
        Arc::clone(&self.0) as Arc<_>
    }

    async fn ended(&self, run: RunId) {
        self.0.put(run, Some(sample::START));
    }

    async fn living(&self, run: RunId) {
        self.0.put(run, None);
    }
}

#[tokio::test]
async fn the_fake_storage_of_runs_conforms() {
    run_storage::all(|| async { Arc::new(Runs(Arc::default())) as Arc<dyn RunStorageHarness> }).await;
}

struct Project {
    workspace: Arc<FakeWorkspace>,
    storage: Arc<FakeStorage>,
}

impl Project {
    fn new() -> Self {
        let workspace = Arc::new(FakeWorkspace::new(Arc::new(FakeRepo::new("main"))));
        let storage = Arc::new(FakeStorage::new(Arc::clone(&workspace)));
        Self { workspace, storage }
    }
}

#[async_trait]
impl StorageHarness for Project {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage) as Arc<_>
    }

    async fn check_out(&self, branch: &BranchName, task: TaskId) {
        let spec = CheckoutSpec {
            run: sample::run_id(task.0, 1, 1),
            branch: branch.clone(),
            start: StartPoint::DefaultBranch { with: None },
            remove: Vec::new(),
            from_default: Vec::new(),
            clean: false,
        };
        self.workspace.checkout(&spec).await.unwrap();
    }

    async fn pin(&self, task: TaskId, in_the_forge: bool) {
        self.storage.pin(task, "commit", in_the_forge);
    }
}

#[tokio::test]
async fn the_fake_storage_of_a_project_conforms() {
    storage::all(|| async { Arc::new(Project::new()) as Arc<dyn StorageHarness> }).await;
}
