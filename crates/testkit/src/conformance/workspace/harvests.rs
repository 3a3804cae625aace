//! Checkouts, and the work that is taken from them.

use std::sync::Arc;

use pipeline_core::port::PortError;
use pipeline_core::port::workspace::CheckoutSpec;
use pipeline_core::run::{Change, Harvest};

use crate::conformance::workspace::{DOCUMENT, WorkspaceHarness, checkout, harvest_of, on_branch, started};
use crate::sample::run_id;

/// At the named commit, whatever the branch holds now.
pub async fn a_checkout_starts_where_it_was_told(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    harness.push(&super::branch(), &[("later.txt", "later\n")]).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    assert_eq!(made.start, head);
    assert_eq!(harness.file(&made.directory, "later.txt").await, None);
}

/// Also when the default branch moved meanwhile.
pub async fn a_checkout_that_is_made_again_starts_at_the_same_commit(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let spec = on_branch(run_id(1, 1, 1), &head);
    let first = checkout(&harness, &spec).await;
    harness.push_to_default(&[("other.txt", "other\n")]).await;
    assert_eq!(checkout(&harness, &spec).await, first);
}

/// Their absence is part of the work.
pub async fn removed_documents_are_not_in_the_checkout(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let spec = CheckoutSpec {
        remove: vec![DOCUMENT.to_owned(), "no/such/file.md".to_owned()],
        ..on_branch(run_id(1, 1, 1), &head)
    };
    let made = checkout(&harness, &spec).await;
    assert_eq!(harness.file(&made.directory, DOCUMENT).await, None);
    let harvest = take(&harness).await;
    assert_eq!(changes(&harvest), [(DOCUMENT, Change::Deleted)]);
    assert_eq!(harvest.docs_tree, None);
}

/// No empty commit is made.
pub async fn nothing_done_is_the_start_commit(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    let harvest = take(&harness).await;
    assert_eq!((&harvest.start, &harvest.head), (&head, &head));
    assert_eq!(changes(&harvest), []);
}

/// Every change is named.
pub async fn uncommitted_work_is_committed(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    harness.write(&made.directory, "src/new.txt", Some("new\n")).await;
    harness.write(&made.directory, DOCUMENT, Some("changed\n")).await;
    harness.write(&made.directory, "README.md", None).await;
    let harvest = take(&harness).await;
    assert_eq!(harvest.start, head);
    assert_ne!(harvest.head, head);
    assert_eq!(
        changes(&harvest),
        [
            ("README.md", Change::Deleted),
            (DOCUMENT, Change::Modified),
            ("src/new.txt", Change::Added)
        ]
    );
}

/// And what is left over is committed on top.
pub async fn committed_work_is_taken_as_it_is(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    harness.write(&made.directory, "one.txt", Some("one\n")).await;
    harness.commit(&made.directory, "the agent's own commit").await;
    harness.write(&made.directory, "two.txt", Some("two\n")).await;
    let harvest = take(&harness).await;
    assert_eq!(
        changes(&harvest),
        [("one.txt", Change::Added), ("two.txt", Change::Added)]
    );
}

/// After a crash between harvest and commit.
pub async fn a_harvest_that_is_repeated_is_the_same(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    harness.write(&made.directory, "one.txt", Some("one\n")).await;
    let first = take(&harness).await;
    let second = take(&harness).await;
    assert_eq!((&first.start, &first.changed), (&second.start, &second.changed));
    assert_eq!(
        (&first.code_tree, &first.docs_tree),
        (&second.code_tree, &second.docs_tree)
    );
}

/// A change of the one leaves the other as it is.
pub async fn code_and_documents_have_trees_of_their_own(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let mut seen = Vec::new();
    for (number, path) in [(1, None), (2, Some("code.txt")), (3, Some(DOCUMENT))] {
        let run = run_id(1, number, 1);
        let made = checkout(&harness, &on_branch(run, &head)).await;
        if let Some(path) = path {
            harness.write(&made.directory, path, Some("changed\n")).await;
        }
        let harvest = harness.workspace().harvest(&harvest_of(run)).await.unwrap();
        seen.push((harvest.code_tree, harvest.docs_tree));
    }
    let [none, code, documents] = seen.try_into().unwrap();
    assert!(none.1.is_some());
    assert_ne!(none.0, code.0);
    assert_eq!(none.1, code.1);
    assert_eq!(none.0, documents.0);
    assert_ne!(none.1, documents.1);
}

/// Trying again would not help.
pub async fn a_rewritten_history_is_refused(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &head)).await;
    harness.write(&made.directory, "one.txt", Some("one\n")).await;
    harness.rewrite_history(&made.directory).await;
    let answer = harness.workspace().harvest(&harvest_of(run_id(1, 1, 1))).await;
    assert!(matches!(answer, Err(PortError::Permanent(_))), "{answer:?}");
    let text = harness.file(&made.directory, "one.txt").await;
    assert_eq!(text.as_deref(), Some("one\n"), "the work stays where it is");
}

async fn take(harness: &Arc<dyn WorkspaceHarness>) -> Harvest {
    let spec = harvest_of(run_id(1, 1, 1));
    harness.workspace().harvest(&spec).await.unwrap()
}

fn changes(harvest: &Harvest) -> Vec<(&str, Change)> {
    let mut all: Vec<_> = harvest
        .changed
        .iter()
        .map(|changed| (changed.path.as_str(), changed.change))
        .collect();
    all.sort_by_key(|(path, _)| *path);
    all
}
