//! What people do in a story.

use pipeline_core::id::IssueId;
use pipeline_core::stage::Column;

use crate::world::World;

impl World {
    pub(crate) fn issue(&self, title: &str, description: &str) -> IssueId {
        self.board.create_issue(title, description)
    }

    /// An issue that can be started.
    pub(crate) fn greeting(&self) -> IssueId {
        self.issue("Add a greeting", "The program shall greet the person by name.")
    }

    /// Two issues that can be started.
    pub(crate) fn greeting_and_farewell(&self) -> (IssueId, IssueId) {
        let greeting = self.greeting();
        (
            greeting,
            self.issue("Add a farewell", "The program shall say goodbye."),
        )
    }

    pub(crate) fn person_moves(&self, issue: &IssueId, column: Column) {
        self.board.person_moves(issue, column, "ann");
    }

    pub(crate) fn person_comments(&self, issue: &IssueId, text: &str) {
        self.board.person_comments(issue, text, "ann");
    }

    /// An issue whose documents wait for approval.
    pub(crate) async fn up_to_approval(&mut self) -> IssueId {
        let issue = self.greeting();
        self.person_moves(&issue, Column::InProgress);
        self.runs_until_idle().await;
        issue
    }

    /// An issue whose documents were approved; everything that follows has happened.
    pub(crate) async fn approved(&mut self) -> IssueId {
        let issue = self.up_to_approval().await;
        self.seconds(1).await;
        self.person_moves(&issue, Column::Approved);
        self.runs_until_idle().await;
        issue
    }
}
