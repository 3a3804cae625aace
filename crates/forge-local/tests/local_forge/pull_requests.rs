//! Branches, statuses and pull requests as they are observed.

use std::fs;

use forge_local::{LocalForge, NewReview, OpenError};
use pipeline_core::effect::StatusState;
use pipeline_core::id::CommitSha;
use pipeline_core::observation::{PullRequestState, ReviewState};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::Forge;

use crate::rig::{BRANCH, Rig, git, status};

#[tokio::test]
async fn a_missing_branch_is_an_observation_without_head() {
    let rig = Rig::new();
    for name in ["feature/nothing", "", "--all", "main^{tree}", "../main"] {
        let seen = rig.seen(name).await;
        assert_eq!(
            (seen.head, seen.pull_request, seen.statuses),
            (None, None, Vec::new()),
            "{name}"
        );
        assert_eq!(seen.default_head, rig.main());
    }
}

#[tokio::test]
async fn a_head_descends_from_what_it_contains() {
    let rig = Rig::new();
    let first = rig.push(BRANCH, &[("c.txt", "c\n")]);
    let second = rig.push(BRANCH, &[("d.txt", "d\n")]);
    let other = rig.push("other", &[("e.txt", "e\n")]);
    let unknown = CommitSha::new("0123456789012345678901234567890123456789");
    for (ours, expected) in [
        (None, true),
        (Some(second.clone()), true),
        (Some(first), true),
        (Some(other), false),
        (Some(unknown), false),
    ] {
        let seen = rig.forge.observe(&BRANCH.into(), ours.clone()).await.unwrap();
        assert_eq!(
            (seen.head, seen.descends),
            (Some(second.clone()), expected),
            "{ours:?}"
        );
    }
}

#[tokio::test]
async fn the_latest_status_of_a_context_counts_and_our_own_do_not() {
    let rig = Rig::new();
    let head = rig.push(BRANCH, &[("c.txt", "c\n")]);
    for (context, state) in [
        ("ci/test", StatusState::Pending),
        ("ci/lint", StatusState::Success),
        ("orchd/review", StatusState::Failure),
        ("ci/test", StatusState::Failure),
    ] {
        rig.forge
            .set_status(&head, &status(context, state))
            .await
            .unwrap();
    }
    rig.forge
        .set_status(&rig.main(), &status("ci/old", StatusState::Error))
        .await
        .unwrap();
    let rig = rig.reopen();

    let seen = rig.seen(BRANCH).await;
    assert_eq!(
        seen.statuses,
        [
            status("ci/lint", StatusState::Success),
            status("ci/test", StatusState::Failure)
        ]
    );
    assert_eq!(seen.red_on_default, ["ci/old"]);
    rig.push(BRANCH, &[("d.txt", "d\n")]);
    assert_eq!(rig.seen(BRANCH).await.statuses, []);
}

#[tokio::test]
async fn a_status_needs_a_commit_that_is_here() {
    let rig = Rig::new();
    let green = status("ci/test", StatusState::Success);
    for commit in [
        "0123456789012345678901234567890123456789",
        "main",
        "HEAD",
        "../../x",
        "",
    ] {
        let result = rig.forge.set_status(&commit.into(), &green).await;
        assert!(
            matches!(result, Err(PortError::NotFound(_))),
            "{commit}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_branch_has_one_open_pull_request_and_numbers_last() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    rig.push("other", &[("e.txt", "e\n")]);
    let open = async |rig: &Rig, name: &str| {
        let opened = rig.forge.open_pull_request(&name.into(), "Title", "").await;
        opened.unwrap().number
    };
    assert_eq!(open(&rig, BRANCH).await, 1);
    let rig = rig.reopen();
    assert_eq!(open(&rig, BRANCH).await, 1);
    assert_eq!(open(&rig, "other").await, 2);

    rig.forge.close_pull_request(1).await.unwrap();
    let closed = rig.seen(BRANCH).await.pull_request.unwrap();
    assert_eq!((closed.number, closed.state), (1, PullRequestState::Closed));
    let rig = rig.reopen();
    assert_eq!(open(&rig, BRANCH).await, 3);
    let now_open = rig.seen(BRANCH).await.pull_request.unwrap();
    assert_eq!((now_open.number, now_open.state), (3, PullRequestState::Open));
}

#[tokio::test]
async fn a_pull_request_needs_a_branch_with_something_new() {
    let rig = Rig::new();
    let open = async |name: &str| rig.forge.open_pull_request(&name.into(), "Title", "").await;
    assert!(matches!(open("nothing").await, Err(PortError::NotFound(_))));
    assert!(matches!(open("users-own").await, Err(PortError::Permanent(_))));
    assert!(matches!(open("main").await, Err(PortError::Permanent(_))));
}

#[tokio::test]
async fn a_lost_default_branch_fails_the_check() {
    let rig = Rig::new();
    rig.forge.check().await.unwrap();
    git(rig.forge.remote(), &["update-ref", "-d", "refs/heads/main"]);
    let error = rig.forge.check().await.unwrap_err();
    assert!(matches!(error, PortError::Permanent(_)), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_named_and_kept() {
    let rig = Rig::new();
    rig.pull_request(&[("c.txt", "c\n")]).await;
    let file = rig.home.root.join("et/pulls/1.json");
    fs::write(&file, "{\"number\":").unwrap();
    let error = LocalForge::open(&rig.home, &rig.project).err().unwrap();
    assert!(matches!(error, OpenError::File(_)), "{error}");
    assert!(error.to_string().contains("pulls/1.json"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"number\":");
}

#[tokio::test]
async fn a_review_is_kept_with_the_head_that_it_saw() {
    let rig = Rig::new();
    let first = rig.pull_request(&[("c.txt", "c\n")]).await;
    let says = |state, text: &str| NewReview {
        author: "ben".to_owned(),
        state,
        text: text.to_owned(),
    };
    let no = says(ReviewState::ChangesRequested, "greet politely");
    rig.forge.review_pull_request(1, no).await.unwrap();
    let second = rig.push(BRANCH, &[("d.txt", "d\n")]);
    let yes = || says(ReviewState::Approved, "");
    rig.forge.review_pull_request(1, yes()).await.unwrap();
    let rig = rig.reopen();
    let seen = rig.seen(BRANCH).await.pull_request.unwrap();
    let reviews: Vec<_> = seen
        .reviews
        .into_iter()
        .map(|review| (review.state, review.commit, review.text))
        .collect();
    let expected = [
        (ReviewState::ChangesRequested, first, "greet politely".to_owned()),
        (ReviewState::Approved, second, String::new()),
    ];
    assert_eq!(reviews, expected);
    let none = rig.forge.review_pull_request(9, yes()).await.unwrap_err();
    assert!(matches!(none, PortError::NotFound(_)), "{none}");
    rig.forge.close_pull_request(1).await.unwrap();
    let closed = rig.forge.review_pull_request(1, yes()).await.unwrap_err();
    assert!(matches!(closed, PortError::Conflict(_)), "{closed}");
}
