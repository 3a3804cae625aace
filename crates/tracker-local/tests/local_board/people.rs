//! The board as people use it.

use pipeline_core::id::ProjectId;
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::stage::Column;

use testkit::sample::{START, at};

use crate::rig::{Rig, new_issue};

#[tokio::test]
async fn issues_are_numbered_per_project() {
    let rig = Rig::new();
    let other = ProjectId::new("xx");
    rig.issue("First").await;
    rig.issue("Second").await;
    rig.board.create(&other, new_issue("Other")).await.unwrap();

    let rows = rig.board.issues(&rig.project).await.unwrap();
    let numbers: Vec<_> = rows
        .iter()
        .map(|row| (row.sequence, row.title.as_str()))
        .collect();
    assert_eq!(numbers, [(1, "First"), (2, "Second")]);
    let others = rig.board.issues(&other).await.unwrap();
    assert_eq!(others.iter().map(|row| row.sequence).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn hostile_text_is_kept_to_the_letter() {
    let rig = Rig::new();
    for title in [
        "'; DROP TABLE issues; --",
        "<script>alert(1)</script>",
        "&amp; \" ' ` $(rm -rf /) %s {}",
        "привет 😀 \u{202e}txt.exe",
        "nul \0 and\nnew line",
    ] {
        let issue = rig.issue(title).await;
        rig.board.say(&rig.project, &issue, title, "ann").await.unwrap();
        let seen = rig.board.issue(&rig.project, &issue).await.unwrap();
        assert_eq!(seen.title, title);
        assert_eq!(seen.comments[0].text, title);
    }
}

#[tokio::test]
async fn what_is_too_long_or_empty_is_refused_with_the_limit() {
    let rig = Rig::new();
    let issue = |title: &str, description: &str, by: &str| NewIssue {
        title: title.to_owned(),
        description: description.to_owned(),
        column: Column::Todo,
        by: by.to_owned(),
    };
    for (issue, expected) in [
        (issue("  ", "", "ann"), "the title is empty"),
        (issue(&"ж".repeat(256), "", "ann"), "256 characters; at most 255"),
        (
            issue("ok", &"x".repeat((256 << 10) + 1), "ann"),
            "at most 256 KiB",
        ),
        (issue("ok", "", ""), "the author's name is empty"),
    ] {
        refused(rig.board.create(&rig.project, issue).await.map(drop), expected);
    }
    let longest = issue(&"ж".repeat(255), &"x".repeat(256 << 10), "ann");
    let id = rig.board.create(&rig.project, longest).await.unwrap();
    let say = async |text: &str| rig.board.say(&rig.project, &id, text, "ann").await;
    refused(say(" \n").await, "the comment is empty");
    refused(say(&"x".repeat((64 << 10) + 1)).await, "at most 64 KiB");
    say(&"x".repeat(64 << 10)).await.unwrap();
}

fn refused(result: Result<(), PortError>, expected: &str) {
    match result {
        Err(PortError::Permanent(text)) => assert!(text.contains(expected), "{text}"),
        other => panic!("expected a refusal with '{expected}', got {other:?}"),
    }
}

#[tokio::test]
async fn a_persons_move_is_an_activity_that_is_not_ours() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    let relocate = async |column| rig.board.relocate(&rig.project, &issue, column, "bob").await;
    rig.a_second_later();
    relocate(Column::InProgress).await.unwrap();
    relocate(Column::InProgress).await.unwrap();

    let seen = rig.seen(&issue).await;
    assert_eq!(seen.column, Some(Column::InProgress));
    assert_eq!(seen.created_in, Some(Column::Todo));
    assert_eq!((seen.created_at, seen.sequence), (START, 1));
    let moves: Vec<_> = seen
        .activities
        .iter()
        .map(|one| (one.actor.as_str(), one.own, one.to, one.at))
        .collect();
    assert_eq!(moves, [("bob", false, Some(Column::InProgress), at(1))]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let rig = Rig::new();
    rig.issue("Export").await;
    for id in ["2", "01", "-1", "x", "1; DROP TABLE issues"] {
        let found = rig.board.issue(&rig.project, &id.into()).await;
        assert!(matches!(found, Err(PortError::NotFound(_))), "{id}");
        let said = rig.board.say(&rig.project, &id.into(), "hello", "ann").await;
        assert!(matches!(said, Err(PortError::NotFound(_))), "{id}");
    }
}

#[tokio::test]
async fn a_deleted_issue_is_gone_and_its_number_stays_used() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    rig.board.delete(&rig.project, &issue).await.unwrap();

    assert!(rig.seen(&issue).await.deleted);
    assert_eq!(rig.board.issues(&rig.project).await.unwrap(), []);
    let again = rig.board.delete(&rig.project, &issue).await;
    assert!(matches!(again, Err(PortError::NotFound(_))));
    assert_eq!(rig.issue("Next").await.as_str(), "2");
}
