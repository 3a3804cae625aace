//! The default branch merged into ours.

use std::sync::Arc;

use pipeline_core::id::CommitSha;
use pipeline_core::job::StartPoint;
use pipeline_core::port::workspace::{BaseMerge, CheckoutSpec};

use crate::conformance::workspace::{
    DOCUMENT, WorkspaceHarness, branch, checkout, harvest_of, on_branch, started, work_item,
};
use crate::sample::run_id;

/// Nothing moved.
pub async fn a_head_on_the_default_branch_is_up_to_date(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    assert_eq!(merge(&harness, &head).await, BaseMerge::UpToDate);
}

/// Into a new commit that holds both and is not pushed.
pub async fn a_default_branch_that_moved_is_merged(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    harness.push_to_default(&[("theirs.txt", "theirs\n")]).await;
    let BaseMerge::Merged { head: merged, .. } = merge(&harness, &head).await else {
        panic!("it can be merged cleanly");
    };
    assert_ne!(merged, head);
    assert_eq!(harness.head(&branch()).await, Some(head));
    assert_eq!(merge(&harness, &merged).await, BaseMerge::UpToDate);
    let made = checkout(&harness, &on_branch(run_id(1, 1, 1), &merged)).await;
    for path in [DOCUMENT, "theirs.txt"] {
        assert!(harness.file(&made.directory, path).await.is_some(), "{path}");
    }
}

/// With the same code tree.
pub async fn a_merge_that_is_repeated_is_harmless(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    harness.push_to_default(&[("theirs.txt", "theirs\n")]).await;
    let trees: Vec<_> = [merge(&harness, &head).await, merge(&harness, &head).await]
        .into_iter()
        .map(|answer| match answer {
            BaseMerge::Merged { code_tree, .. } => code_tree,
            BaseMerge::UpToDate | BaseMerge::Conflict { .. } => panic!("it is {answer:?}"),
        })
        .collect();
    assert_eq!(trees[0], trees[1]);
}

/// As long as it is this head that the default branch was merged into, and we who did it.
pub async fn an_own_merge_is_known_again(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let default = harness.push_to_default(&[("theirs.txt", "theirs\n")]).await;
    let BaseMerge::Merged {
        head: merged,
        code_tree,
    } = merge(&harness, &head).await
    else {
        panic!("it can be merged cleanly");
    };
    for (into, commit, expected) in [
        (&head, &merged, Some(code_tree)),
        (&default, &merged, None),
        (&merged, &merged, None),
        (&head, &default, None),
        (&head, &head, None),
    ] {
        let known = harness.workspace().own_merge(into, commit, &work_item()).await;
        assert_eq!(known.unwrap(), expected, "{into} {commit}");
    }
}

/// And the default branch's head.
pub async fn a_conflict_names_its_files(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let run = run_id(1, 1, 1);
    let made = checkout(&harness, &on_branch(run, &head)).await;
    harness
        .write(&made.directory, "greeting.txt", Some("hello\n"))
        .await;
    let ours = harness.workspace().harvest(&harvest_of(run)).await.unwrap().head;
    let theirs = harness.push_to_default(&[("greeting.txt", "bye\n")]).await;
    let expected = BaseMerge::Conflict {
        base: theirs,
        files: vec!["greeting.txt".to_owned()],
    };
    assert_eq!(merge(&harness, &ours).await, expected);
}

/// At its present head.
pub async fn a_run_can_start_from_the_default_branch(harness: Arc<dyn WorkspaceHarness>) {
    started(&harness).await;
    let moved = harness.push_to_default(&[("theirs.txt", "theirs\n")]).await;
    let made = checkout(&harness, &from_default(None)).await;
    assert_eq!(made.start, moved);
    assert_eq!(harness.file(&made.directory, DOCUMENT).await, None);
}

/// The default branch with a commit merged in.
pub async fn a_run_can_start_from_both(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    harness.push_to_default(&[("theirs.txt", "theirs\n")]).await;
    let made = checkout(&harness, &from_default(Some(head))).await;
    for path in [DOCUMENT, "theirs.txt"] {
        assert!(harness.file(&made.directory, path).await.is_some(), "{path}");
    }
    assert_eq!(merge(&harness, &made.start).await, BaseMerge::UpToDate);
}

async fn merge(harness: &Arc<dyn WorkspaceHarness>, head: &CommitSha) -> BaseMerge {
    let answer = harness.workspace().merge_base(head, &work_item()).await;
    answer.unwrap()
}

fn from_default(with: Option<CommitSha>) -> CheckoutSpec {
    CheckoutSpec {
        run: run_id(1, 1, 1),
        branch: branch(),
        start: StartPoint::DefaultBranch { with },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: false,
    }
}
