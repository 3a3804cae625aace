//! Branches and pull requests.

use std::sync::Arc;

use pipeline_core::id::BranchName;
use pipeline_core::observation::PullRequestState;

use crate::conformance::forge::{ForgeHarness, branch, open};

/// The default branch has a commit.
pub async fn a_forge_in_order_passes_its_check(harness: Arc<dyn ForgeHarness>) {
    harness.forge().check().await.unwrap();
}

/// Without a head, and with the default branch.
pub async fn a_missing_branch_is_an_observation(harness: Arc<dyn ForgeHarness>) {
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!((seen.branch, seen.head), (branch(), None));
    assert_eq!((seen.statuses, seen.pull_request), (vec![], None));
    assert_eq!(seen.default_head.as_str().len(), 40);
}

/// And the default branch with its own.
pub async fn a_branch_is_read_with_its_head(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.head, Some(head.clone()));
    assert_ne!(seen.default_head, head);
    let default_branch = seen.default_branch.clone();
    let moved = harness.push(&default_branch, &[("other.txt", "other\n")]).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!((seen.head, seen.default_head), (Some(head), moved));
}

/// The same commit, or a later one.
pub async fn a_head_descends_from_what_we_pushed(harness: Arc<dyn ForgeHarness>) {
    let ours = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let seen = harness.forge().observe(&branch(), Some(ours.clone())).await;
    assert!(seen.unwrap().descends);
    let theirs = harness.push(&branch(), &[("greeting.txt", "hello!\n")]).await;
    let seen = harness.forge().observe(&branch(), Some(ours)).await.unwrap();
    assert_eq!((seen.head, seen.descends), (Some(theirs), true));
}

/// Somebody pushed with force.
pub async fn a_replaced_head_does_not_descend(harness: Arc<dyn ForgeHarness>) {
    let ours = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let theirs = harness.force_push(&branch(), &[("greeting.txt", "bye\n")]).await;
    let seen = harness.forge().observe(&branch(), Some(ours)).await.unwrap();
    assert_eq!((seen.head, seen.descends), (Some(theirs), false));
}

/// However often it is asked for; another branch has its own.
pub async fn a_pull_request_is_opened_once(harness: Arc<dyn ForgeHarness>) {
    harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let first = open(&harness).await;
    assert_eq!(open(&harness).await, first);
    let other = BranchName::new("feature/ET-002-other");
    harness.push(&other, &[("other.txt", "other\n")]).await;
    let second = harness
        .forge()
        .open_pull_request(&other, "Other", "")
        .await
        .unwrap();
    assert_ne!(second.number, first);
    assert_eq!(second.state, PullRequestState::Open);
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    let pull_request = seen.pull_request.expect("it is open");
    assert_eq!(
        (pull_request.number, pull_request.state),
        (first, PullRequestState::Open)
    );
    assert_eq!(pull_request.approvals_missing, 0, "nobody asked for approvals");
}

/// There is nothing to merge.
pub async fn a_pull_request_of_a_missing_branch_is_refused(harness: Arc<dyn ForgeHarness>) {
    let answer = harness.forge().open_pull_request(&branch(), "Nothing", "").await;
    assert!(answer.is_err(), "{answer:?}");
}

/// The open one is shown, else the newest. Holds by itself where pull requests cannot be closed.
pub async fn a_closed_pull_request_gives_way_to_a_new_one(harness: Arc<dyn ForgeHarness>) {
    harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let first = open(&harness).await;
    if !harness.close(first).await {
        return;
    }
    let shown = harness.forge().observe(&branch(), None).await.unwrap();
    let shown = shown.pull_request.expect("it is there");
    assert_eq!((shown.number, shown.state), (first, PullRequestState::Closed));
    let second = open(&harness).await;
    assert_ne!(second, first);
    let shown = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(shown.pull_request.map(|shown| shown.number), Some(second));
}
