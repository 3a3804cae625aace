//! What is left of finished tasks: given up when the forge has it, kept and named when it has not.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use async_trait::async_trait;
use git::RefExpectation;
use pipeline_core::id::{BranchName, CommitSha, TaskId};
use pipeline_core::port::storage::{Storage, Unpinned};
use pipeline_core::port::workspace::Workspace;
use testkit::conformance::storage::{self, StorageHarness};

use crate::fixture::{BRANCH, Project, write};

async fn unpin(project: &Project, tasks: &[i64]) -> Unpinned {
    let tasks: BTreeSet<TaskId> = tasks.iter().map(|task| TaskId(*task)).collect();
    project.workspace.unpin(tasks).await.unwrap()
}

/// A run that wrote this file; its commit is pinned.
async fn run(project: &Project, run: &str, file: &str) -> CommitSha {
    let checkout = project.checkout(run).await;
    write(&checkout.directory, file, "1");
    project.harvest(run).await.unwrap().head
}

#[async_trait]
impl StorageHarness for Project {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.workspace.clone())
    }

    async fn check_out(&self, branch: &BranchName, task: TaskId) {
        assert_eq!(branch.as_str(), BRANCH);
        self.checkout(&format!("{task}-1-1")).await;
    }

    async fn pin(&self, task: TaskId, in_the_forge: bool) {
        let head = run(self, &format!("{task}-1-1"), "work").await;
        if in_the_forge {
            self.push(&head, None).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_leftovers_of_a_repository_conform() {
    storage::all(|| async { Arc::new(Project::new()) as Arc<dyn StorageHarness> }).await;
}

#[tokio::test]
async fn checkouts_are_told_apart_by_their_branches() {
    let project = Project::new();
    let branches = || vec![BranchName::new(BRANCH), BranchName::new("feature/other")];
    assert_eq!(project.workspace.checkouts(branches()).await.unwrap(), []);
    project.checkout("7-1-1").await;
    let there = project.workspace.checkouts(branches()).await.unwrap();
    assert_eq!(there, [BranchName::new(BRANCH)]);
}

#[tokio::test]
async fn pins_go_when_the_forge_has_their_commits_and_stay_when_it_has_not() {
    let project = Project::new();
    let head = run(&project, "7-1-1", "work").await;
    let kept = unpin(&project, &[7]).await;
    assert_eq!(kept.removed, 2, "the start and the base are the forge's own");
    assert_eq!(kept.kept.len(), 1);
    assert_eq!(kept.kept[0].what, format!("commit {head}"));
    assert!(kept.kept[0].place.ends_with("refs/runs/7-1-1"), "{:?}", kept.kept);

    project.push(&head, None).await.unwrap();
    assert_eq!(unpin(&project, &[8]).await, Unpinned::default());
    let gone = unpin(&project, &[7]).await;
    assert_eq!((gone.removed, gone.kept.len()), (1, 0));
    assert_eq!(unpin(&project, &[7]).await, Unpinned::default());
}

#[tokio::test]
async fn what_the_forge_has_lost_is_kept() {
    let project = Project::new();
    let head = run(&project, "7-1-1", "work").await;
    project.push(&head, None).await.unwrap();
    let branch = format!("refs/heads/{BRANCH}");
    project.forge.delete_ref(&branch, RefExpectation::Any).unwrap();
    let kept = unpin(&project, &[7]).await.kept;
    assert_eq!(kept.len(), 1, "{kept:?}");
}

#[tokio::test]
async fn work_that_was_set_aside_is_named() {
    let project = Project::new();
    assert_eq!(project.workspace.set_aside().await.unwrap(), []);
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "work", "1");
    project
        .workspace
        .release(&BranchName::new(BRANCH))
        .await
        .unwrap_err();
    let kept = project.workspace.set_aside().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(
        fs::metadata(format!("{}/work", kept[0].place)).is_ok(),
        "{kept:?}"
    );
}
