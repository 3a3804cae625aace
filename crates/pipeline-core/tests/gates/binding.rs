//! A report counts only when it is fresh, this task's own, and found where it belongs.

use pipeline_core::stage::GateName::{CheckDeployStatus, CheckReviewerVerdict, CheckStagingStatus};

use crate::setting::{document, documents, judged, project, task};

const APPROVED: &str = "---\nverdict: APPROVED\n---\n";

#[test]
fn a_repair_run_must_change_the_report() {
    let evidence = documents(&[("12-review.md", APPROVED)]);
    let mut task = task();
    let result = task.result.as_mut().unwrap();
    result.repair = true;
    let unchanged = "unreadable: 12-review.md was not changed by the repair run";
    assert_eq!(
        judged(CheckReviewerVerdict, &task, &project(), &evidence),
        unchanged
    );
    let result = task.result.as_mut().unwrap();
    result
        .written
        .push("docs/work-items/ET-007/12-review.md".to_owned());
    assert_eq!(
        judged(CheckReviewerVerdict, &task, &project(), &evidence),
        "pass: Review verdict: APPROVED"
    );
}

#[test]
fn a_report_that_names_another_work_item_is_not_ours() {
    for (key, owner, expected) in [
        ("work_item", "ET-007", "pass: Review verdict: APPROVED"),
        ("work_item_id", "et-007", "pass: Review verdict: APPROVED"),
        (
            "work_item",
            "ET-008",
            "unreadable: 12-review.md belongs to ET-008, not to ET-007",
        ),
        (
            "work_item_id",
            "ET-0070",
            "unreadable: 12-review.md belongs to ET-0070, not to ET-007",
        ),
        (
            "work_item",
            "ЕT-007",
            "unreadable: 12-review.md belongs to ЕT-007 with U+0415, which is not the Latin E, not to ET-007",
        ),
        (
            "work_item",
            "[ET-007]",
            "unreadable: 12-review.md does not say whose it is: work_item holds a list or mapping (write work_item: ET-007)",
        ),
        ("work_item", "", "pass: Review verdict: APPROVED"),
    ] {
        let text = format!("---\n{key}: {owner}\nverdict: APPROVED\n---\n");
        let evidence = documents(&[("12-review.md", &text)]);
        assert_eq!(
            judged(CheckReviewerVerdict, &task(), &project(), &evidence),
            expected,
            "{key}: {owner}"
        );
    }
}

#[test]
fn logs_count_on_the_default_branch_too_and_the_runs_own_comes_first() {
    let log = |key: &str, word: &str| format!("---\nwork_item: ET-007\n{key}: {word}\n---\n");
    let mut evidence = documents(&[]);
    evidence.on_default = vec![
        document("15-staging-log.md", &log("staging_status", "SUCCESS")),
        document(
            "14-deploy-log.md",
            "---\nwork_item: ET-1\ndeploy_status: SUCCESS\n---\n",
        ),
        document("12-review.md", APPROVED),
    ];
    for (gate, expected) in [
        (CheckStagingStatus, "pass: Staging status: SUCCESS"),
        (
            CheckDeployStatus,
            "unreadable: 14-deploy-log.md belongs to ET-1, not to ET-007",
        ),
    ] {
        assert_eq!(judged(gate, &task(), &project(), &evidence), expected);
    }
    let own = document("15-staging-log.md", &log("staging_status", "FAILED"));
    evidence.documents.push(own);
    assert_eq!(
        judged(CheckStagingStatus, &task(), &project(), &evidence),
        "fail: Staging status: FAILED"
    );
}
