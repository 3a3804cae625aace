//! The board as the pipeline uses it.

use pipeline_core::port::PortError;
use pipeline_core::port::tracker::{Moved, Tracker};
use pipeline_core::stage::Column;

use crate::rig::{Rig, comment};

#[tokio::test]
async fn two_comments_with_one_key_are_one() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    let tracker = rig.tracker();
    for _ in 0..3 {
        tracker
            .comment(&comment(
                "7-e1",
                &issue,
                "Found <b>2</b> files:<br>&lt;a&gt; &amp; b",
            ))
            .await
            .unwrap();
    }
    tracker.comment(&comment("7-e2", &issue, "next")).await.unwrap();

    let seen = rig.seen(&issue).await;
    let texts: Vec<_> = seen
        .comments
        .iter()
        .map(|one| (one.author.as_str(), one.own, one.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            ("analyst", true, "Found 2 files:\n<a> & b"),
            ("analyst", true, "next")
        ]
    );
}

#[tokio::test]
async fn a_repeated_move_writes_no_second_activity() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    let tracker = rig.tracker();
    assert_eq!(
        tracker.move_to(&issue, Column::Todo).await,
        Ok(Moved::AlreadyThere)
    );
    assert_eq!(tracker.move_to(&issue, Column::Review).await, Ok(Moved::Moved));
    assert_eq!(
        tracker.move_to(&issue, Column::Review).await,
        Ok(Moved::AlreadyThere)
    );

    let seen = rig.seen(&issue).await;
    let moves: Vec<_> = seen
        .activities
        .iter()
        .map(|one| (one.actor.as_str(), one.own, one.to))
        .collect();
    assert_eq!(moves, [(tracker_local::ACCOUNT, true, Some(Column::Review))]);
}

#[tokio::test]
async fn every_column_can_be_written_and_read() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    for column in Column::ALL {
        rig.tracker().move_to(&issue, column).await.unwrap();
        assert_eq!(rig.seen(&issue).await.column, Some(column));
    }
}

#[tokio::test]
async fn an_issue_that_is_gone_is_observed_as_deleted_and_not_written_to() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    rig.board.delete(&rig.project, &issue).await.unwrap();
    for id in [issue, "99".into(), "nonsense".into()] {
        assert!(rig.seen(&id).await.deleted, "{id}");
        let said = rig.tracker().comment(&comment("7-e1", &id, "x")).await;
        assert!(matches!(said, Err(PortError::NotFound(_))), "{id}");
        let moved = rig.tracker().move_to(&id, Column::Done).await;
        assert!(matches!(moved, Err(PortError::NotFound(_))), "{id}");
    }
}

#[tokio::test]
async fn finished_and_deleted_issues_are_not_open() {
    let rig = Rig::new();
    let issues = [
        rig.issue("A").await,
        rig.issue("B").await,
        rig.issue("C").await,
        rig.issue("D").await,
    ];
    let [_, b, c, d] = &issues;
    rig.tracker().move_to(b, Column::Done).await.unwrap();
    rig.tracker().move_to(c, Column::Cancelled).await.unwrap();
    rig.board.delete(&rig.project, d).await.unwrap();

    assert_eq!(rig.tracker().open_issues().await.unwrap(), ["1".into()]);
    rig.tracker().check().await.unwrap();
}

#[tokio::test]
async fn a_blocker_is_finished_when_it_is_done_or_gone() {
    let rig = Rig::new();
    let (waiting, first, second) = (rig.issue("A").await, rig.issue("B").await, rig.issue("C").await);
    let relate = async |blocker| rig.board.relate_blocked_by(&rig.project, &waiting, blocker).await;
    relate(&first).await.unwrap();
    relate(&first).await.unwrap();
    relate(&second).await.unwrap();
    assert!(matches!(relate(&waiting).await, Err(PortError::Permanent(_))));
    assert!(matches!(relate(&"9".into()).await, Err(PortError::NotFound(_))));
    let blockers = async || {
        let seen = rig.seen(&waiting).await;
        seen.blocked_by
            .into_iter()
            .map(|one| (one.label, one.finished))
            .collect::<Vec<_>>()
    };
    let expected = |b, c| vec![("ET-002".to_owned(), b), ("ET-003".to_owned(), c)];

    assert_eq!(blockers().await, expected(false, false));
    rig.tracker().move_to(&first, Column::Done).await.unwrap();
    assert_eq!(blockers().await, expected(true, false));
    rig.board.delete(&rig.project, &second).await.unwrap();
    assert_eq!(blockers().await, expected(true, true));
}
