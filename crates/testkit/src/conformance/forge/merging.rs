//! Merges: guarded by the head, and answered the same way again.

use std::sync::Arc;

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::CommitSha;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::PortError;

use crate::conformance::forge::{ForgeHarness, branch, open, request};

/// And keeps the branch.
pub async fn every_style_brings_the_files_into_the_default_branch(harness: Arc<dyn ForgeHarness>) {
    for (style, file) in [
        (MergeStyle::Merge, "merge.txt"),
        (MergeStyle::Squash, "squash.txt"),
        (MergeStyle::Rebase, "rebase.txt"),
    ] {
        let head = harness.force_push(&branch(), &[(file, "hello\n")]).await;
        let merged = merge(&harness, open(&harness).await, &head, style).await.unwrap();
        let seen = harness.forge().observe(&branch(), None).await.unwrap();
        assert_eq!(seen.default_head, merged, "{style:?}");
        assert_eq!(seen.head, Some(head), "{style:?}");
        let text = harness.file(&seen.default_branch, file).await;
        assert_eq!(text.as_deref(), Some("hello\n"), "{style:?}");
    }
}

/// The default branch first.
pub async fn a_merge_commit_has_both_parents(harness: Arc<dyn ForgeHarness>) {
    let (head, base) = branch_of_two(&harness).await;
    let merged = merge(&harness, open(&harness).await, &head, MergeStyle::Merge)
        .await
        .unwrap();
    assert_eq!(harness.parents(&merged).await, [base, head]);
}

/// On the default branch.
pub async fn a_squash_is_one_commit(harness: Arc<dyn ForgeHarness>) {
    let (head, base) = branch_of_two(&harness).await;
    let merged = merge(&harness, open(&harness).await, &head, MergeStyle::Squash)
        .await
        .unwrap();
    assert_eq!(harness.parents(&merged).await, [base]);
}

/// With the commit that was made, once, even when the branch went on since.
pub async fn a_merge_is_answered_again(harness: Arc<dyn ForgeHarness>) {
    let (head, _) = branch_of_two(&harness).await;
    let number = open(&harness).await;
    let first = merge(&harness, number, &head, MergeStyle::Merge).await.unwrap();
    assert_eq!(
        merge(&harness, number, &head, MergeStyle::Merge).await,
        Ok(first.clone())
    );
    harness.push(&branch(), &[("later.txt", "later\n")]).await;
    assert_eq!(
        merge(&harness, number, &head, MergeStyle::Merge).await,
        Ok(first.clone())
    );
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.default_head, first);
}

/// Nothing newer and nothing older than the head that was named is merged.
pub async fn a_moved_head_is_refused(harness: Arc<dyn ForgeHarness>) {
    let (old, base) = branch_of_two(&harness).await;
    let number = open(&harness).await;
    let new = harness.push(&branch(), &[("later.txt", "later\n")]).await;
    expect_conflict(&merge(&harness, number, &old, MergeStyle::Merge).await);
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.default_head, base);
    merge(&harness, number, &new, MergeStyle::Merge).await.unwrap();
    expect_conflict(&merge(&harness, number, &old, MergeStyle::Merge).await);
}

/// And nothing is written.
pub async fn a_conflict_is_refused(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    let moved = harness
        .push(&seen.default_branch, &[("greeting.txt", "bye\n")])
        .await;
    let number = open(&harness).await;
    for style in [MergeStyle::Merge, MergeStyle::Squash, MergeStyle::Rebase] {
        expect_conflict(&merge(&harness, number, &head, style).await);
    }
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.default_head, moved);
    let state = seen.pull_request.map(|pull_request| pull_request.state);
    assert_eq!(state, Some(PullRequestState::Open));
}

/// Holds by itself where pull requests cannot be closed.
pub async fn a_closed_pull_request_is_not_merged(harness: Arc<dyn ForgeHarness>) {
    let (head, _) = branch_of_two(&harness).await;
    let number = open(&harness).await;
    if harness.close(number).await {
        expect_conflict(&merge(&harness, number, &head, MergeStyle::Merge).await);
    }
}

/// With the head that was merged and the commit.
pub async fn a_merged_pull_request_says_so(harness: Arc<dyn ForgeHarness>) {
    let (head, _) = branch_of_two(&harness).await;
    let number = open(&harness).await;
    let merged = merge(&harness, number, &head, MergeStyle::Merge).await.unwrap();
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    let pull_request = seen.pull_request.expect("it is there");
    assert_eq!(pull_request.number, number);
    match pull_request.state {
        PullRequestState::Merged { head: of, commit, .. } => assert_eq!((of, commit), (head, merged)),
        other @ (PullRequestState::Open | PullRequestState::Closed) => panic!("it is {other:?}"),
    }
}

/// Different files do not disturb each other.
pub async fn a_merge_joins_what_moved_meanwhile(harness: Arc<dyn ForgeHarness>) {
    let (head, _) = branch_of_two(&harness).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    harness
        .push(&seen.default_branch, &[("theirs.txt", "theirs\n")])
        .await;
    merge(&harness, open(&harness).await, &head, MergeStyle::Merge)
        .await
        .unwrap();
    for (path, text) in [
        ("one.txt", "one\n"),
        ("two.txt", "two\n"),
        ("theirs.txt", "theirs\n"),
    ] {
        let found = harness.file(&seen.default_branch, path).await;
        assert_eq!(found.as_deref(), Some(text), "{path}");
    }
}

/// The branch's head and the default branch's.
async fn branch_of_two(harness: &Arc<dyn ForgeHarness>) -> (CommitSha, CommitSha) {
    harness.push(&branch(), &[("one.txt", "one\n")]).await;
    let head = harness.push(&branch(), &[("two.txt", "two\n")]).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    (head, seen.default_head)
}

async fn merge(
    harness: &Arc<dyn ForgeHarness>,
    number: u64,
    head: &CommitSha,
    style: MergeStyle,
) -> Result<CommitSha, PortError> {
    harness.forge().merge(&request(number, head, style)).await
}

fn expect_conflict(answer: &Result<CommitSha, PortError>) {
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
}
