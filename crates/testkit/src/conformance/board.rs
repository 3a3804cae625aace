//! What every embedded board has to do for people.

use std::sync::Arc;

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::stage::Column;

/// A board and a project of it that is empty.
pub type Subject = (Arc<dyn Board>, ProjectId);

use self as people;

suite! {
    Subject:
    people {
        issues_are_listed_oldest_first,
        an_issue_that_cannot_be_is_refused,
        a_comment_that_cannot_be_is_refused,
        a_move_appears_once,
        what_is_not_there_is_not_found,
        a_new_project_has_no_messages,
    }
}

/// With their numbers and columns.
pub async fn issues_are_listed_oldest_first((board, project): Subject) {
    let first = board.create(&project, issue("First issue")).await.unwrap();
    let second = board.create(&project, issue("Second issue")).await.unwrap();
    board
        .relocate(&project, &first, Column::InProgress, "ann")
        .await
        .unwrap();
    let rows = board.issues(&project).await.unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (&row.issue, row.title.as_str(), row.column))
        .collect();
    assert_eq!(
        seen,
        [
            (&first, "First issue", Column::InProgress),
            (&second, "Second issue", Column::Todo)
        ]
    );
    assert!(rows[0].sequence < rows[1].sequence);
    let other = ProjectId::new("no-such-project");
    let others = board.issues(&other).await.unwrap_or_default();
    assert_eq!(others, []);
}

/// The limits of the port.
pub async fn an_issue_that_cannot_be_is_refused((board, project): Subject) {
    let titles = ["".to_owned(), "  ".to_owned(), "x".repeat(256)];
    let mut refused: Vec<NewIssue> = titles.iter().map(|title| issue(title)).collect();
    refused.push(NewIssue {
        description: "x".repeat((256 << 10) + 1),
        ..issue("Too long")
    });
    for new in refused {
        let answer = board.create(&project, new).await;
        assert!(matches!(answer, Err(PortError::Permanent(_))), "{answer:?}");
    }
    assert_eq!(board.issues(&project).await.unwrap(), []);
    let largest = NewIssue {
        description: "x".repeat(256 << 10),
        ..issue(&"ж".repeat(255))
    };
    board.create(&project, largest).await.unwrap();
}

/// Empty or longer than 64 KiB.
pub async fn a_comment_that_cannot_be_is_refused((board, project): Subject) {
    let id = board.create(&project, issue("An issue")).await.unwrap();
    for text in [String::new(), "x".repeat((64 << 10) + 1)] {
        let answer = board.say(&project, &id, &text, "ann").await;
        assert!(matches!(answer, Err(PortError::Permanent(_))), "{answer:?}");
    }
    board.say(&project, &id, "a word", "ann").await.unwrap();
    let seen = board.issue(&project, &id).await.unwrap();
    assert_eq!(seen.comments.len(), 1);
}

/// To the column where it is already: nothing.
pub async fn a_move_appears_once((board, project): Subject) {
    let id = board.create(&project, issue("An issue")).await.unwrap();
    for _ in 0..2 {
        board
            .relocate(&project, &id, Column::Approved, "ann")
            .await
            .unwrap();
    }
    let seen = board.issue(&project, &id).await.unwrap();
    assert_eq!(seen.activities.len(), 1);
}

/// An unknown issue, or one of another project.
pub async fn what_is_not_there_is_not_found((board, project): Subject) {
    let id = board.create(&project, issue("An issue")).await.unwrap();
    let other = ProjectId::new("no-such-project");
    for (project, issue) in [(&project, IssueId::new("no-such-issue")), (&other, id)] {
        let answers = [
            board.issue(project, &issue).await.err(),
            board.relocate(project, &issue, Column::Done, "ann").await.err(),
            board.say(project, &issue, "a word", "ann").await.err(),
        ];
        for answer in answers {
            assert!(matches!(answer, Some(PortError::NotFound(_))), "{answer:?}");
        }
    }
}

/// None were sent.
pub async fn a_new_project_has_no_messages((board, project): Subject) {
    assert_eq!(board.messages(&project).await.unwrap(), []);
}

fn issue(title: &str) -> NewIssue {
    NewIssue {
        title: title.to_owned(),
        description: "What has to be done, in a sentence.".to_owned(),
        column: Column::Todo,
        by: "ann".to_owned(),
    }
}
