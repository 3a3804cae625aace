//! Reading issues: content, activities, comments.

use std::collections::BTreeSet;
use std::sync::Arc;

use pipeline_core::id::IssueId;
use pipeline_core::stage::Column;

use crate::conformance::tracker::{DESCRIPTION, TITLE, TrackerHarness, new_issue};

/// Title, description, column, and a number that counts up.
pub async fn an_issue_is_read_as_it_was_written(harness: Arc<dyn TrackerHarness>) {
    let first = new_issue(&harness).await;
    let second = new_issue(&harness).await;
    let seen = harness.tracker().observe(&first).await.unwrap();
    assert_eq!(seen.issue, first);
    assert_eq!(
        (seen.title.as_str(), seen.description.trim()),
        (TITLE, DESCRIPTION)
    );
    assert_eq!(
        (seen.column, seen.created_in),
        (Some(Column::Todo), Some(Column::Todo))
    );
    assert!(!seen.deleted);
    assert_eq!(
        (seen.activities, seen.comments, seen.blocked_by),
        (vec![], vec![], vec![])
    );
    let other = harness.tracker().observe(&second).await.unwrap();
    assert!(seen.sequence < other.sequence);
}

/// Not an error: somebody may have deleted it.
pub async fn an_issue_that_never_was_is_deleted(harness: Arc<dyn TrackerHarness>) {
    let issue = IssueId::new("00000000-0000-4000-8000-000000000000");
    let seen = harness.tracker().observe(&issue).await.unwrap();
    assert!(seen.deleted);
    assert_eq!(seen.issue, issue);
}

/// And it is not open any more. Holds by itself where issues cannot be deleted.
pub async fn a_deleted_issue_is_an_observation(harness: Arc<dyn TrackerHarness>) {
    let issue = new_issue(&harness).await;
    if harness.delete_issue(&issue).await {
        assert!(harness.tracker().observe(&issue).await.unwrap().deleted);
        assert_eq!(harness.tracker().open_issues().await.unwrap(), []);
    }
}

/// Done and Cancelled are finished, nothing else is.
pub async fn open_issues_are_those_that_are_not_finished(harness: Arc<dyn TrackerHarness>) {
    let mut expected = BTreeSet::new();
    for column in Column::ALL {
        let issue = harness.create_issue(column, TITLE, DESCRIPTION).await;
        if !matches!(column, Column::Done | Column::Cancelled) {
            expected.insert(issue);
        }
    }
    let open = harness.tracker().open_issues().await.unwrap();
    assert_eq!(open.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// With who and where to, and not ours.
pub async fn a_persons_move_is_an_activity(harness: Arc<dyn TrackerHarness>) {
    let issue = new_issue(&harness).await;
    harness.move_as_person(&issue, Column::InProgress, "ann").await;
    let seen = harness.tracker().observe(&issue).await.unwrap();
    assert_eq!(seen.column, Some(Column::InProgress));
    assert_eq!(seen.activities.len(), 1);
    let activity = &seen.activities[0];
    assert_eq!(
        (activity.actor.as_str(), activity.own, activity.to),
        ("ann", false, Some(Column::InProgress))
    );
    assert!(activity.at >= seen.created_at);
}

/// Oldest first; an id is never used twice and never changes.
pub async fn activities_are_in_order_and_have_ids_of_their_own(harness: Arc<dyn TrackerHarness>) {
    let tracker = harness.tracker();
    let (one, other) = (new_issue(&harness).await, new_issue(&harness).await);
    harness.move_as_person(&one, Column::InProgress, "ann").await;
    harness.move_as_person(&other, Column::InProgress, "ann").await;
    tracker.move_to(&one, Column::InReview).await.unwrap();
    harness.move_as_person(&one, Column::InProgress, "bob").await;

    let seen = tracker.observe(&one).await.unwrap().activities;
    let columns: Vec<_> = seen.iter().filter_map(|activity| activity.to).collect();
    assert_eq!(
        columns,
        [Column::InProgress, Column::InReview, Column::InProgress]
    );
    assert!(seen.is_sorted_by_key(|activity| activity.at));
    let mut all = seen.clone();
    all.extend(tracker.observe(&other).await.unwrap().activities);
    let ids: BTreeSet<_> = all.iter().map(|activity| &activity.id).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(tracker.observe(&one).await.unwrap().activities, seen);
}

/// Oldest first, with their authors.
pub async fn comments_are_in_order(harness: Arc<dyn TrackerHarness>) {
    let issue = new_issue(&harness).await;
    for (text, by) in [("first words", "ann"), ("second words", "bob")] {
        harness.comment_as_person(&issue, text, by).await;
    }
    let seen = harness.tracker().observe(&issue).await.unwrap().comments;
    let said: Vec<_> = seen
        .iter()
        .map(|comment| (comment.author.as_str(), comment.text.trim(), comment.own))
        .collect();
    assert_eq!(
        said,
        [("ann", "first words", false), ("bob", "second words", false)]
    );
    assert_ne!(seen[0].id, seen[1].id);
}

/// Wherever the issue goes.
pub async fn the_column_of_creation_stays(harness: Arc<dyn TrackerHarness>) {
    let issue = harness.create_issue(Column::InProgress, TITLE, DESCRIPTION).await;
    harness.move_as_person(&issue, Column::Todo, "ann").await;
    let seen = harness.tracker().observe(&issue).await.unwrap();
    assert_eq!(
        (seen.created_in, seen.column),
        (Some(Column::InProgress), Some(Column::Todo))
    );
}

/// With all columns there.
pub async fn a_tracker_in_order_passes_its_check(harness: Arc<dyn TrackerHarness>) {
    harness.tracker().check().await.unwrap();
}
