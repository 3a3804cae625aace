//! What every tracker has to do.

pub mod reading;
pub mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, IssueId, ProjectId};
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::port::tracker::{NewComment, Tracker};
use pipeline_core::role::Role;
use pipeline_core::stage::Column;

/// A tracker with an empty project, and the people who use it.
#[async_trait]
pub trait TrackerHarness: Send + Sync {
    /// The tracker of the project.
    fn tracker(&self) -> Arc<dyn Tracker>;

    /// Somebody writes an issue into this column.
    async fn create_issue(&self, column: Column, title: &str, description: &str) -> IssueId;

    /// Somebody moves it.
    async fn move_as_person(&self, issue: &IssueId, column: Column, by: &str);

    /// Somebody writes a comment.
    async fn comment_as_person(&self, issue: &IssueId, text: &str, by: &str);

    /// Somebody deletes it; false where issues cannot be deleted.
    async fn delete_issue(&self, _issue: &IssueId) -> bool {
        false
    }
}

/// A harness for trackers that come with the [`Board`] port.
pub struct OnBoard {
    /// The tracker of the project.
    pub tracker: Arc<dyn Tracker>,
    /// Its board.
    pub board: Arc<dyn Board>,
    /// The project.
    pub project: ProjectId,
}

#[async_trait]
impl TrackerHarness for OnBoard {
    fn tracker(&self) -> Arc<dyn Tracker> {
        Arc::clone(&self.tracker)
    }

    async fn create_issue(&self, column: Column, title: &str, description: &str) -> IssueId {
        let issue = NewIssue {
            title: title.to_owned(),
            description: description.to_owned(),
            column,
            by: "ann".to_owned(),
        };
        self.board.create(&self.project, issue).await.unwrap()
    }

    async fn move_as_person(&self, issue: &IssueId, column: Column, by: &str) {
        let moved = self.board.relocate(&self.project, issue, column, by).await;
        moved.unwrap();
    }

    async fn comment_as_person(&self, issue: &IssueId, text: &str, by: &str) {
        let said = self.board.say(&self.project, issue, text, by).await;
        said.unwrap();
    }
}

suite! {
    Arc<dyn TrackerHarness>:
    reading {
        an_issue_is_read_as_it_was_written,
        an_issue_that_never_was_is_deleted,
        a_deleted_issue_is_an_observation,
        open_issues_are_those_that_are_not_finished,
        a_persons_move_is_an_activity,
        activities_are_in_order_and_have_ids_of_their_own,
        comments_are_in_order,
        the_column_of_creation_stays,
        a_tracker_in_order_passes_its_check,
    }
    writing {
        a_comment_is_written_once_per_key,
        a_comment_of_ours_is_marked,
        a_comment_of_ours_reads_as_text,
        a_comment_on_an_unknown_issue_is_not_found,
        comments_come_once_when_sent_at_the_same_time,
        a_move_of_ours_is_an_own_activity,
        a_move_to_where_it_is_writes_nothing,
        every_column_can_be_moved_to_or_says_so,
        a_move_of_an_unknown_issue_is_not_found,
    }
}

const TITLE: &str = "Add a greeting";

const DESCRIPTION: &str = "The program shall greet the person by name.";

async fn new_issue(harness: &Arc<dyn TrackerHarness>) -> IssueId {
    harness.create_issue(Column::Todo, TITLE, DESCRIPTION).await
}

fn new_comment(issue: &IssueId, key: &str, html: &str) -> NewComment {
    NewComment {
        key: EffectKey::new(key),
        issue: issue.clone(),
        author: Role::new(Role::REVIEWER),
        html: html.to_owned(),
    }
}
