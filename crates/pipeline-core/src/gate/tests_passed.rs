//! `check_tests_passed`: 13-test-report.md.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, documents, report};
use crate::project::Project;
use crate::task::Task;
use crate::verdict::findings::test_findings;
use crate::verdict::tests::{TestVerdict, test_verdict};

const REPORT: &str = "13-test-report.md";

pub(super) struct TestsPassed;

impl Gate for TestsPassed {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        documents(task, &[REPORT])
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let text = match report(input, REPORT, "Test report not found (13-test-report.md)") {
            Ok(text) => text,
            Err(outcome) => return outcome,
        };
        match test_verdict(text) {
            TestVerdict::Pass(value) => GateOutcome::Pass(format!("Test verdict: {value} (PASS)")),
            TestVerdict::Fail { value, word } => GateOutcome::Fail {
                reason: format!("Test verdict: {value} ({word})"),
                findings: test_findings(text),
            },
            TestVerdict::Unreadable(why) => GateOutcome::Unreadable(why),
        }
    }
}
