//! Approvals: of the documents by a human, of the pull request in the forge.

use pipeline_core::evidence::Approval;
use pipeline_core::id::TreeSha;
use pipeline_core::observation::{PullRequest, PullRequestState, PullReview, ReviewState};
use pipeline_core::stage::GateName::{CheckAnalysisApproved, CheckReviewApproved};
use pipeline_core::time::Timestamp;

use crate::setting::{documents, head, judged, project, sha, task, with_head};

#[test]
fn the_latest_decision_of_each_person_on_exactly_the_head_counts() {
    use ReviewState::{Approved, ChangesRequested, Commented};
    let asked =
        "fail: Pull-request review: changes requested by ben [ben asks for changes in the pull request]";
    for (reviews, expected) in [
        (vec![], "pending: ForgeReview"),
        (vec![("ben", Commented, 'a', 1)], "pending: ForgeReview"),
        (vec![("ben", Approved, 'e', 1)], "pending: ForgeReview"),
        (vec![("ben", ChangesRequested, 'e', 1)], "pending: ForgeReview"),
        (
            vec![("ben", Approved, 'a', 1)],
            "pass: Pull-request review: approved by ben",
        ),
        (
            vec![("ben", Approved, 'a', 1), ("ben", Commented, 'a', 2)],
            "pass: Pull-request review: approved by ben",
        ),
        (
            vec![("ben", Approved, 'a', 1), ("ben", ChangesRequested, 'a', 2)],
            asked,
        ),
        (
            vec![("ben", ChangesRequested, 'a', 1), ("ben", Approved, 'a', 2)],
            "pass: Pull-request review: approved by ben",
        ),
        (
            vec![("ben", ChangesRequested, 'a', 2), ("ben", Approved, 'a', 1)],
            asked,
        ),
        (
            vec![("ann", Approved, 'a', 3), ("ben", ChangesRequested, 'a', 1)],
            asked,
        ),
        (
            vec![("ben", Approved, 'a', 1), ("ann", Approved, 'a', 3)],
            "pass: Pull-request review: approved by ann, ben",
        ),
    ] {
        let mut seen = head();
        let reviews_given = reviews.iter().map(|(author, state, commit, at)| PullReview {
            author: (*author).to_owned(),
            state: *state,
            commit: sha(*commit),
            at: Timestamp(*at),
            text: String::new(),
        });
        seen.pull_request = Some(PullRequest {
            number: 1,
            url: None,
            state: PullRequestState::Open,
            reviews: reviews_given.collect(),
            approvals_missing: 0,
        });
        let said = judged(CheckReviewApproved, &task(), &project(), &with_head(seen));
        assert_eq!(said, expected, "{reviews:?}");
    }
}

#[test]
fn without_a_pull_request_its_review_is_waited_for() {
    let said = judged(CheckReviewApproved, &task(), &project(), &with_head(head()));
    assert_eq!(said, "pending: ForgeReview");
}

#[test]
fn an_approval_holds_for_the_documents_that_were_shown() {
    let shown = TreeSha::new("f".repeat(40));
    let mut task = task();
    task.docs_tree = Some(shown.clone());
    let evidence = documents(&[]);
    assert_eq!(
        judged(CheckAnalysisApproved, &task, &project(), &evidence),
        "pending: Approval"
    );
    task.approval = Some(Approval {
        by: "ann".to_owned(),
        at: Timestamp(1),
        docs_tree: Some(shown),
    });
    assert_eq!(
        judged(CheckAnalysisApproved, &task, &project(), &evidence),
        "pass: Approved by ann"
    );
    let mut foreign = head();
    foreign.head = Some(sha('e'));
    let said = judged(CheckAnalysisApproved, &task, &project(), &with_head(foreign));
    assert!(said.starts_with("pending: OtherHead"), "{said}");
    task.docs_tree = Some(TreeSha::new("0".repeat(40)));
    assert_eq!(
        judged(CheckAnalysisApproved, &task, &project(), &evidence),
        "pending: Approval"
    );
}
