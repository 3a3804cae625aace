//! Statuses of commits.

use std::sync::Arc;

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::id::CommitSha;

use crate::conformance::forge::{ForgeHarness, branch, status};

/// One line per context.
pub async fn the_newest_status_of_a_context_wins(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    for (context, state) in [
        ("ci/test", StatusState::Pending),
        ("ci/lint", StatusState::Success),
        ("ci/test", StatusState::Failure),
        ("ci/test", StatusState::Success),
    ] {
        set(&harness, &head, &status(context, state)).await;
    }
    let mut seen = harness.forge().observe(&branch(), None).await.unwrap().statuses;
    seen.sort_by(|one, other| one.context.cmp(&other.context));
    let states: Vec<_> = seen
        .iter()
        .map(|status| (status.context.as_str(), status.state))
        .collect();
    assert_eq!(
        states,
        [
            ("ci/lint", StatusState::Success),
            ("ci/test", StatusState::Success)
        ]
    );
}

/// A new head starts without any.
pub async fn statuses_belong_to_their_commit(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    set(&harness, &head, &status("ci/test", StatusState::Success)).await;
    harness.push(&branch(), &[("greeting.txt", "hello!\n")]).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.statuses, []);
}

/// They are no evidence.
pub async fn our_own_contexts_are_left_out(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    for context in ["orchd/review", "ci/test"] {
        set(&harness, &head, &status(context, StatusState::Success)).await;
    }
    let seen = harness.forge().observe(&branch(), None).await.unwrap().statuses;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].context, "ci/test");
}

/// Failure and error, not the rest.
pub async fn red_contexts_of_the_default_branch_are_named(harness: Arc<dyn ForgeHarness>) {
    let seen = harness.forge().observe(&branch(), None).await.unwrap();
    assert_eq!(seen.red_on_default, [""; 0]);
    for (context, state) in [
        ("ci/a", StatusState::Failure),
        ("ci/b", StatusState::Error),
        ("ci/c", StatusState::Success),
        ("ci/d", StatusState::Pending),
        ("ci/e", StatusState::Skipped),
    ] {
        set(&harness, &seen.default_head, &status(context, state)).await;
    }
    let mut red = harness
        .forge()
        .observe(&branch(), None)
        .await
        .unwrap()
        .red_on_default;
    red.sort();
    assert_eq!(red, ["ci/a", "ci/b"]);
}

/// Description, page, and log where the forge has room for one.
pub async fn a_status_keeps_what_was_said(harness: Arc<dyn ForgeHarness>) {
    let head = harness.push(&branch(), &[("greeting.txt", "hello\n")]).await;
    let said = CommitStatus {
        url: Some("https://ci.example.org/1".to_owned()),
        log_tail: Some("assertion failed\n".to_owned()),
        ..status("ci/test", StatusState::Failure)
    };
    set(&harness, &head, &said).await;
    let seen = harness.forge().observe(&branch(), None).await.unwrap().statuses;
    assert_eq!(
        (&seen[0].description, &seen[0].url),
        (&said.description, &said.url)
    );
    assert!(seen[0].log_tail.is_none() || seen[0].log_tail == said.log_tail);
}

async fn set(harness: &Arc<dyn ForgeHarness>, commit: &CommitSha, status: &CommitStatus) {
    harness.forge().set_status(commit, status).await.unwrap();
}
