//! Comments and moves of ours.

use std::sync::Arc;

use pipeline_core::id::IssueId;
use pipeline_core::port::PortError;
use pipeline_core::port::tracker::Moved;
use pipeline_core::stage::Column;

use crate::conformance::tracker::{TrackerHarness, new_comment, new_issue};

/// However often it is sent; another key is another comment.
pub async fn a_comment_is_written_once_per_key(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    for (key, count) in [("1-e1", 1), ("1-e1", 1), ("1-e2", 2), ("1-e1", 2)] {
        tracker
            .comment(&new_comment(&issue, key, "the same words"))
            .await
            .unwrap();
        let seen = tracker.observe(&issue).await.unwrap().comments;
        assert_eq!(seen.len(), count, "after {key}");
    }
}

/// And people's are not.
pub async fn a_comment_of_ours_is_marked(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    harness.comment_as_person(&issue, "by ann", "ann").await;
    tracker
        .comment(&new_comment(&issue, "1-e1", "by us"))
        .await
        .unwrap();
    let seen = tracker.observe(&issue).await.unwrap().comments;
    let own: Vec<bool> = seen.iter().map(|comment| comment.own).collect();
    assert_eq!(own, [false, true]);
}

/// Tags do not appear in what is read.
pub async fn a_comment_of_ours_reads_as_text(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    let html = "<b>Verdict</b>: 1 &lt; 2<br>done";
    tracker.comment(&new_comment(&issue, "1-e1", html)).await.unwrap();
    let text = tracker.observe(&issue).await.unwrap().comments.remove(0).text;
    assert!(text.contains("Verdict") && text.contains("1 < 2"), "{text}");
    assert!(!text.contains("<b>") && !text.contains("<br>"), "{text}");
}

/// It will never arrive.
pub async fn a_comment_on_an_unknown_issue_is_not_found(harness: Arc<dyn TrackerHarness>) {
    let comment = new_comment(&unknown(), "1-e1", "words");
    let answer = harness.tracker().comment(&comment).await;
    assert!(matches!(answer, Err(PortError::NotFound(_))), "{answer:?}");
}

/// Two senders with the same key write one comment.
pub async fn comments_come_once_when_sent_at_the_same_time(harness: Arc<dyn TrackerHarness>) {
    let issue = new_issue(&harness).await;
    let sending: Vec<_> = (0..4)
        .map(|_| {
            let (tracker, comment) = (harness.tracker(), new_comment(&issue, "1-e1", "words"));
            tokio::spawn(async move { tracker.comment(&comment).await })
        })
        .collect();
    for sent in sending {
        sent.await.unwrap().unwrap();
    }
    let seen = harness.tracker().observe(&issue).await.unwrap();
    assert_eq!(seen.comments.len(), 1);
}

/// It appears in the feed as done by us.
pub async fn a_move_of_ours_is_an_own_activity(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    assert_eq!(
        tracker.move_to(&issue, Column::InReview).await.unwrap(),
        Moved::Moved
    );
    let seen = tracker.observe(&issue).await.unwrap();
    assert_eq!(seen.column, Some(Column::InReview));
    assert_eq!(seen.activities.len(), 1);
    assert!(seen.activities[0].own);
    assert_eq!(seen.activities[0].to, Some(Column::InReview));
}

/// No activity that could be taken for an order.
pub async fn a_move_to_where_it_is_writes_nothing(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    harness.move_as_person(&issue, Column::InReview, "ann").await;
    for _ in 0..2 {
        let answer = tracker.move_to(&issue, Column::InReview).await.unwrap();
        assert_eq!(answer, Moved::AlreadyThere);
    }
    assert_eq!(tracker.observe(&issue).await.unwrap().activities.len(), 1);
}

/// What is answered is what is seen.
pub async fn every_column_can_be_moved_to_or_says_so(harness: Arc<dyn TrackerHarness>) {
    let (tracker, issue) = (harness.tracker(), new_issue(&harness).await);
    for column in Column::ALL {
        let before = tracker.observe(&issue).await.unwrap();
        let answer = tracker.move_to(&issue, column).await.unwrap();
        let after = tracker.observe(&issue).await.unwrap();
        let written = after.activities.len() - before.activities.len();
        match answer {
            Moved::Moved => assert_eq!(written, 1, "{column}"),
            Moved::AlreadyThere | Moved::NoSuchColumn => {
                assert_eq!((written, after.column), (0, before.column), "{column}");
            }
        }
    }
}

/// It will never arrive.
pub async fn a_move_of_an_unknown_issue_is_not_found(harness: Arc<dyn TrackerHarness>) {
    let answer = harness.tracker().move_to(&unknown(), Column::Todo).await;
    assert!(matches!(answer, Err(PortError::NotFound(_))), "{answer:?}");
}

fn unknown() -> IssueId {
    IssueId::new("00000000-0000-4000-8000-000000000000")
}
