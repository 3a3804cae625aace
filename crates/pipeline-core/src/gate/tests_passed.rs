//! `check_tests_passed`: 13-test-report.md.

use crate::evidence::EvidenceRequest;
use crate::gate::{FROM_REVIEW, Gate, GateInput, GateOutcome, documents, report};
use crate::project::Project;
use crate::stage::{REVIEW, TEST_REPORT};
use crate::task::Task;
use crate::verdict::findings::{review_findings, test_findings};
use crate::verdict::tests::{TestVerdict, test_verdict};

pub(super) struct TestsPassed;

impl Gate for TestsPassed {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        documents(task, &[TEST_REPORT, REVIEW])
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let text = match report(input, TEST_REPORT, "Test report not found (13-test-report.md)") {
            Ok(report) => report.text.as_str(),
            Err(outcome) => return outcome,
        };
        match test_verdict(text) {
            TestVerdict::Pass(value) => GateOutcome::Pass(format!("Test verdict: {value} (PASS)")),
            TestVerdict::Fail { value, word } => GateOutcome::Fail {
                reason: format!("Test verdict: {value} ({word})"),
                findings: left_by_review(input).chain(test_findings(text)).collect(),
            },
            TestVerdict::Unreadable(why) => GateOutcome::Unreadable(why),
        }
    }
}

/// What the review found and did not stop the change for: whoever mends the tests mends it too.
fn left_by_review(input: GateInput<'_>) -> impl Iterator<Item = String> {
    let review = input.evidence.document(&input.task.document(REVIEW));
    let findings = review
        .map(|review| review_findings(&review.text))
        .unwrap_or_default();
    findings
        .into_iter()
        .map(|finding| format!("{FROM_REVIEW}{} {}", finding.severity.as_str(), finding.text))
}
