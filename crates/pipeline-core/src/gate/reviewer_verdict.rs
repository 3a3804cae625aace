//! `check_reviewer_verdict`: 12-review.md.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, documents, report};
use crate::project::Project;
use crate::stage::REVIEW;
use crate::task::Task;
use crate::verdict::findings::review_findings;
use crate::verdict::review::{ReviewVerdict, TOO_LARGE, review_verdict};

pub(super) struct ReviewerVerdict;

impl Gate for ReviewerVerdict {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        documents(task, &[REVIEW])
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let report = match report(input, REVIEW, "Review not found (12-review.md)") {
            Ok(report) => report,
            Err(outcome) => return outcome,
        };
        let text = report.text.as_str();
        match review_verdict(text) {
            // What was not read could hold a blocker.
            ReviewVerdict::Approved if report.cut => GateOutcome::Unreadable(TOO_LARGE.to_owned()),
            ReviewVerdict::Approved => GateOutcome::Pass("Review verdict: APPROVED".to_owned()),
            ReviewVerdict::RequestChanges => GateOutcome::Fail {
                reason: "Review verdict: REQUEST_CHANGES".to_owned(),
                findings: review_findings(text)
                    .into_iter()
                    .map(|finding| format!("{} {}", finding.severity.as_str(), finding.text))
                    .collect(),
            },
            ReviewVerdict::Unreadable(why) => GateOutcome::Unreadable(why),
        }
    }
}
