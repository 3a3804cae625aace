//! Branches in the forge, and checkouts that are given back.

use std::sync::Arc;

use pipeline_core::effect::Push;
use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;

use crate::conformance::workspace::{
    DOCUMENT, WorkspaceHarness, branch, checkout, harvest_of, on_branch, start, started,
};
use crate::sample::run_id;

/// In the forge, on top of the default branch.
pub async fn a_branch_is_started_with_its_files(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    assert_eq!(harness.head(&branch()).await, Some(head.clone()));
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    let text = harness.file(&made.directory, DOCUMENT).await;
    assert_eq!(text.as_deref(), Some("Add a greeting.\n"));
}

/// Also when the answer of the first try was lost and the default branch moved.
pub async fn a_branch_is_started_once(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    harness.push_to_default(&[("other.txt", "other\n")]).await;
    assert_eq!(started(&harness).await, head);
    assert_eq!(harness.head(&branch()).await, Some(head));
}

/// And is left alone.
pub async fn a_branch_that_is_not_ours_is_a_conflict(harness: Arc<dyn WorkspaceHarness>) {
    let theirs = harness.push(&branch(), &[("theirs.txt", "theirs\n")]).await;
    let answer = harness.workspace().start_branch(&start()).await;
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
    assert_eq!(harness.head(&branch()).await, Some(theirs));
}

/// With the commit there already nothing happens.
pub async fn a_pinned_commit_is_pushed_once(harness: Arc<dyn WorkspaceHarness>) {
    let (head, work) = worked(&harness).await;
    let push = push(&work, Some(&head));
    harness.workspace().push(&push).await.unwrap();
    assert_eq!(harness.head(&branch()).await, Some(work.clone()));
    harness.workspace().push(&push).await.unwrap();
    assert_eq!(harness.head(&branch()).await, Some(work));
}

/// Somebody else's commit stays.
pub async fn a_branch_that_moved_is_not_overwritten(harness: Arc<dyn WorkspaceHarness>) {
    let (head, work) = worked(&harness).await;
    let theirs = harness.push(&branch(), &[("theirs.txt", "theirs\n")]).await;
    let answer = harness.workspace().push(&push(&work, Some(&head))).await;
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
    assert_eq!(harness.head(&branch()).await, Some(theirs));
}

/// A branch that was expected to be gone.
pub async fn a_branch_that_must_not_exist_is_not_overwritten(harness: Arc<dyn WorkspaceHarness>) {
    let (head, work) = worked(&harness).await;
    let answer = harness.workspace().push(&push(&work, None)).await;
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
    assert_eq!(harness.head(&branch()).await, Some(head));
    let new = Push {
        branch: "feature/ET-001-documents".into(),
        ..push(&work, None)
    };
    harness.workspace().push(&new).await.unwrap();
    assert_eq!(harness.head(&new.branch).await, Some(work));
}

/// Also twice, and when there is none.
pub async fn released_checkouts_can_be_made_again(harness: Arc<dyn WorkspaceHarness>) {
    let (_, work) = worked(&harness).await;
    for _ in 0..2 {
        harness.workspace().release(&branch()).await.unwrap();
    }
    let made = checkout(&harness, &on_branch(run_id(1, 2, 1), &work)).await;
    let text = harness.file(&made.directory, "greeting.txt").await;
    assert_eq!(text.as_deref(), Some("hello\n"));
}

/// And the error names where.
pub async fn work_that_is_not_pinned_is_kept(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    harness
        .write(&made.directory, "precious.txt", Some("work\n"))
        .await;
    let answer = harness.workspace().release(&branch()).await;
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
    assert_eq!(harness.workspace().release(&branch()).await, Ok(()));
}

/// The branch's head, and a pinned commit on top of it.
async fn worked(harness: &Arc<dyn WorkspaceHarness>) -> (CommitSha, CommitSha) {
    let head = started(harness).await;
    let run = run_id(1, 1, 1);
    let made = checkout(harness, &on_branch(run, &head)).await;
    harness
        .write(&made.directory, "greeting.txt", Some("hello\n"))
        .await;
    let work = harness.workspace().harvest(&harvest_of(run)).await.unwrap();
    (head, work.head)
}

fn push(commit: &CommitSha, expected: Option<&CommitSha>) -> Push {
    Push {
        branch: branch(),
        commit: commit.clone(),
        expected: expected.cloned(),
    }
}
