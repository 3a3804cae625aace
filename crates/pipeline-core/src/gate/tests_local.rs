//! `check_tests_local`: the project's own tests, run by us in a clean checkout of the exact commit; for projects without CI, or beside it.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, Pending, our_head};
use crate::project::Project;
use crate::task::{Task, TestsStand};

const LOG_LINES: usize = 40;

pub(super) struct TestsLocal;

impl Gate for TestsLocal {
    fn needs(&self, _task: &Task, _project: &Project) -> EvidenceRequest {
        EvidenceRequest {
            head: true,
            ..EvidenceRequest::default()
        }
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        if let Err(outcome) = our_head(input) {
            return outcome;
        }
        let tests = input.task.local_tests.as_ref();
        let of_this_code = tests.filter(|tests| input.task.code_tree.as_ref() == Some(&tests.code_tree));
        match of_this_code.map(|tests| &tests.stand) {
            None | Some(TestsStand::Running(_)) => GateOutcome::Pending(Pending::LocalTests),
            Some(TestsStand::Passed) => GateOutcome::Pass("Local tests passed".to_owned()),
            Some(TestsStand::Failed { what, log_tail }) => GateOutcome::Fail {
                reason: format!("Local tests failed: {what}"),
                findings: finding(what, log_tail).into_iter().collect(),
            },
        }
    }
}

fn finding(what: &str, log_tail: &str) -> Option<String> {
    let lines: Vec<&str> = log_tail.trim_end().lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    let tail = lines.get(from..).unwrap_or_default().join("\n");
    (!tail.is_empty()).then(|| format!("local tests: {what}\n{tail}"))
}
