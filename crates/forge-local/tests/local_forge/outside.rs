//! Merges that were made past the forge, and merges that a crash cut short.

use std::fs;

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::CommitSha;
use pipeline_core::observation::PullRequestState;
use pipeline_core::port::forge::Forge;

use crate::rig::{BRANCH, Rig, git, head, merge_of};

async fn merged_as(rig: &Rig) -> (CommitSha, CommitSha) {
    let state = rig.seen(BRANCH).await.pull_request.unwrap().state;
    match state {
        PullRequestState::Merged { head, commit, .. } => (head, commit),
        PullRequestState::Open | PullRequestState::Closed => panic!("{state:?}"),
    }
}

/// Merges the branch in the clone and pushes the default branch, with a commit before and one after.
fn merge_by_hand(rig: &Rig) -> CommitSha {
    let content = rig.main().to_string();
    rig.push("main", &[("before.txt", &content)]);
    git(
        &rig.work,
        &["merge", "--quiet", "--no-ff", "-m", "by hand", BRANCH],
    );
    let merged = head(&rig.work);
    rig.push("main", &[("after.txt", &content)]);
    merged
}

#[tokio::test]
async fn a_merge_by_hand_counts_with_the_commit_that_made_it() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let by_hand = merge_by_hand(&rig);
    assert_eq!(merged_as(&rig).await, (head.clone(), by_hand.clone()));
    let again = rig.forge.merge(&merge_of(&head, MergeStyle::Squash)).await;
    assert_eq!(again, Ok(by_hand));
}

#[tokio::test]
async fn a_fast_forward_by_hand_counts_with_the_head_itself() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    git(
        &rig.work,
        &["push", "--quiet", "origin", &format!("{BRANCH}:main")],
    );
    assert_eq!(merged_as(&rig).await, (head.clone(), head));
}

#[tokio::test]
async fn a_merge_by_hand_counts_though_the_branch_is_gone() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let by_hand = merge_by_hand(&rig);
    git(&rig.work, &["push", "--quiet", "origin", &format!(":{BRANCH}")]);
    assert_eq!(merged_as(&rig).await, (head, by_hand));
}

#[tokio::test]
async fn after_a_merge_the_same_branch_gets_a_new_pull_request() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    merge_by_hand(&rig);
    rig.push(BRANCH, &[("d.txt", "d\n")]);
    // Observed only now: the first one's head has moved on, it is still the open one.
    let open = async || rig.forge.open_pull_request(&BRANCH.into(), "Again", "").await;
    assert_eq!(open().await.unwrap().number, 1);
    merge_by_hand(&rig);
    rig.seen(BRANCH).await;
    rig.push(BRANCH, &[("f.txt", "f\n")]);
    assert_eq!(open().await.unwrap().number, 2);
}

#[tokio::test]
async fn a_merge_that_a_crash_cut_short_is_known_by_what_the_default_branch_holds() {
    for style in [MergeStyle::Merge, MergeStyle::Squash] {
        let rig = Rig::new();
        let head = rig.pull_request(&[("c.txt", "c\n")]).await;
        let commit = rig.forge.merge(&merge_of(&head, style)).await.unwrap();
        // As it was between the branch's move and the last write.
        let file = rig.home.root.join("et/pulls/1.json");
        let mut pull: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        pull["state"] = "open".into();
        pull["merging"] = serde_json::json!({"head": head, "commit": commit, "at": 5});
        fs::write(&file, pull.to_string()).unwrap();

        let rig = rig.reopen();
        assert_eq!(merged_as(&rig).await, (head.clone(), commit.clone()));
        assert_eq!(rig.forge.merge(&merge_of(&head, style)).await, Ok(commit.clone()));
        assert_eq!(rig.main(), commit);
    }
}

#[tokio::test]
async fn an_intention_that_was_never_carried_out_is_no_merge() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let base = rig.main();
    let commit = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Squash))
        .await
        .unwrap();
    let file = rig.home.root.join("et/pulls/1.json");
    let mut pull: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    pull["state"] = "open".into();
    pull["merging"] = serde_json::json!({"head": head, "commit": commit, "at": 5});
    fs::write(&file, pull.to_string()).unwrap();
    git(
        rig.forge.remote(),
        &["update-ref", "refs/heads/main", base.as_str()],
    );

    let rig = rig.reopen();
    let state = rig.seen(BRANCH).await.pull_request.unwrap().state;
    assert_eq!(state, PullRequestState::Open);
    let merged = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Merge))
        .await
        .unwrap();
    assert_eq!(merged_as(&rig).await, (head, merged));
}
