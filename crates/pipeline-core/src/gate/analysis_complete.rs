//! `check_analysis_complete`: the analyst's four documents are there.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, documents};
use crate::project::Project;
use crate::task::Task;

const DOCUMENTS: [&str; 4] = [
    "01-brd.md",
    "02-trz.md",
    "03-acceptance-criteria.md",
    "04-test-plan.yaml",
];

pub(super) struct AnalysisComplete;

impl Gate for AnalysisComplete {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        documents(task, &DOCUMENTS)
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let missing: Vec<&str> = DOCUMENTS
            .into_iter()
            .filter(|name| {
                let document = input.evidence.document(&input.task.document(name));
                document.is_none_or(|document| document.text.trim().is_empty())
            })
            .collect();
        if missing.is_empty() {
            GateOutcome::Pass("Analysis documents complete".to_owned())
        } else {
            GateOutcome::Unreadable(format!("missing or empty: {}", missing.join(", ")))
        }
    }
}
