//! The guarded merge.

use pipeline_core::effect::MergeStyle;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::PortError;
use pipeline_core::port::forge::Forge;

use testkit::sample::START;

use crate::rig::{BRANCH, Rig, commit, git, head, merge_of};

fn conflict(result: Result<pipeline_core::id::CommitSha, PortError>, expected: &str) {
    match result {
        Err(PortError::Conflict(text)) => assert!(text.contains(expected), "{text}"),
        other => panic!("expected a conflict with '{expected}', got {other:?}"),
    }
}

#[tokio::test]
async fn a_merge_commit_joins_the_default_branch_and_exactly_this_head() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let base = rig.main();
    let commit = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Merge))
        .await
        .unwrap();

    assert_eq!(rig.main(), commit);
    let shown = rig.ask(&[
        "log",
        "-1",
        "--format=%P|%an <%ae>|%cn <%ce>|%at|%B",
        commit.as_str(),
    ]);
    let (parents, rest) = shown.split_once('|').unwrap();
    assert_eq!(parents, format!("{base} {head}"));
    let (who, rest) = rest.split_once(&format!("|{}|", START.0 / 1_000)).unwrap();
    assert_eq!(who, "orchd <orchd@localhost>|orchd <orchd@localhost>");
    assert_eq!(rest, "Export as CSV\n\nTask: ET-001");
    let seen = rig.seen(BRANCH).await;
    assert_eq!(seen.head, Some(head.clone()));
    let state = seen.pull_request.unwrap().state;
    let PullRequestState::Merged {
        head: merged,
        commit: by,
        ..
    } = state
    else {
        panic!("{state:?}")
    };
    assert_eq!((merged, by), (head, commit));
}

#[tokio::test]
async fn a_second_call_gives_the_same_commit() {
    for style in [MergeStyle::Merge, MergeStyle::Squash, MergeStyle::Rebase] {
        let rig = Rig::new();
        let head = rig.pull_request(&[("c.txt", "c\n")]).await;
        rig.push("main", &[("d.txt", "d\n")]);
        let first = rig.forge.merge(&merge_of(&head, style)).await.unwrap();
        let rig = rig.reopen();
        let second = rig.forge.merge(&merge_of(&head, style)).await.unwrap();
        assert_eq!((&first, &first), (&second, &rig.main()), "{style:?}");
    }
}

#[tokio::test]
async fn a_moved_head_is_refused() {
    let rig = Rig::new();
    let old = rig.pull_request(&[("c.txt", "c\n")]).await;
    let new = rig.push(BRANCH, &[("d.txt", "d\n")]);
    let base = rig.main();
    conflict(
        rig.forge.merge(&merge_of(&old, MergeStyle::Merge)).await,
        new.as_str(),
    );
    assert_eq!(rig.main(), base);

    rig.forge.merge(&merge_of(&new, MergeStyle::Merge)).await.unwrap();
    conflict(
        rig.forge.merge(&merge_of(&old, MergeStyle::Merge)).await,
        "was merged with the head",
    );
}

#[tokio::test]
async fn files_in_conflict_are_named_and_nothing_is_merged() {
    for style in [MergeStyle::Merge, MergeStyle::Squash, MergeStyle::Rebase] {
        let rig = Rig::new();
        let files = [("a.txt", "one\nTWO\nthree\n"), ("b.txt", "B\n"), ("c.txt", "c\n")];
        let head = rig.pull_request(&files).await;
        let base = rig.push("main", &[("a.txt", "one\n2\nthree\n"), ("b.txt", "β\n")]);
        conflict(
            rig.forge.merge(&merge_of(&head, style)).await,
            "files in conflict: a.txt, b.txt",
        );
        assert_eq!(rig.main(), base);
        let state = rig.seen(BRANCH).await.pull_request.unwrap().state;
        assert_eq!(state, PullRequestState::Open);
    }
}

#[tokio::test]
async fn a_squash_is_one_commit() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    let head = rig.push(BRANCH, &[("d.txt", "d\n")]);
    let base = rig.main();
    let commit = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Squash))
        .await
        .unwrap();
    assert_eq!(
        rig.ask(&["log", "-1", "--format=%P", commit.as_str()]),
        base.as_str()
    );
    assert_eq!(
        rig.ask(&["diff", "--name-only", head.as_str(), commit.as_str()]),
        ""
    );
}

#[tokio::test]
async fn a_rebase_is_a_fast_forward_where_it_can_be() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let commit = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Rebase))
        .await
        .unwrap();
    assert_eq!((&commit, &rig.main()), (&head, &head));
}

#[tokio::test]
async fn a_rebase_moves_the_commits_with_their_authors_and_messages() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    let head = rig.push(BRANCH, &[("d.txt", "d\n")]);
    let base = rig.push("main", &[("e.txt", "e\n")]);
    let commit = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Rebase))
        .await
        .unwrap();
    let range = format!("{base}..{commit}");
    let shown = rig.ask(&["log", "--reverse", "--format=%an/%cn/%s/%P", &range]);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "{shown}");
    assert_eq!(lines[0], format!("Ann/orchd/write c.txt/{base}"));
    assert!(lines[1].starts_with("Ann/orchd/write d.txt/"), "{shown}");
    assert_eq!(
        rig.ask(&["ls-tree", "--name-only", commit.as_str()]),
        "a.txt\nb.txt\nc.txt\nd.txt\ne.txt"
    );
}

#[tokio::test]
async fn a_rebase_that_would_lose_what_a_merge_decided_is_refused() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    rig.push("main", &[("e.txt", "e\n")]);
    // A merge of the default branch that also changes a file of its own.
    git(&rig.work, &["switch", "--quiet", BRANCH]);
    git(&rig.work, &["merge", "--quiet", "--no-commit", "main"]);
    std::fs::write(rig.work.join("c.txt"), "decided\n").unwrap();
    git(&rig.work, &["commit", "--quiet", "--all", "-m", "merge"]);
    git(&rig.work, &["push", "--quiet", "origin", BRANCH]);
    let merged = head(&rig.work);
    let base = rig.push("main", &[("f.txt", "f\n")]);

    conflict(
        rig.forge.merge(&merge_of(&merged, MergeStyle::Rebase)).await,
        "cannot be rebased",
    );
    assert_eq!(rig.main(), base);
    rig.forge
        .merge(&merge_of(&merged, MergeStyle::Merge))
        .await
        .unwrap();
}

#[tokio::test]
async fn unrelated_histories_are_not_joined() {
    let rig = Rig::new();
    git(&rig.work, &["switch", "--quiet", "--orphan", BRANCH]);
    commit(&rig.work, &[("b.txt", "of its own\n")]);
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    conflict(
        rig.forge.merge(&merge_of(&head, MergeStyle::Merge)).await,
        "no history in common",
    );
}

#[tokio::test]
async fn what_is_closed_or_gone_is_not_merged() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let mut other = merge_of(&head, MergeStyle::Merge);
    other.pull_request = 9;
    let missing = rig.forge.merge(&other).await;
    assert!(matches!(missing, Err(PortError::NotFound(_))), "{missing:?}");

    git(&rig.work, &["push", "--quiet", "origin", &format!(":{BRANCH}")]);
    conflict(
        rig.forge.merge(&merge_of(&head, MergeStyle::Merge)).await,
        "has lost its branch",
    );
    rig.forge.close_pull_request(1).await.unwrap();
    conflict(
        rig.forge.merge(&merge_of(&head, MergeStyle::Merge)).await,
        "is closed",
    );
    let missing = rig.forge.close_pull_request(9).await;
    assert!(matches!(missing, Err(PortError::NotFound(_))), "{missing:?}");
}
