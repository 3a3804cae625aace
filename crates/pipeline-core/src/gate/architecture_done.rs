//! `check_architecture_done`: at least one decision record, or the infrastructure requirements.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, documents};
use crate::project::Project;
use crate::task::Task;

const INFRASTRUCTURE: &str = "07-infra-requirements.md";
const DECISIONS: &str = "06-adr/";

pub(super) struct ArchitectureDone;

impl Gate for ArchitectureDone {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        documents(task, &[INFRASTRUCTURE, DECISIONS])
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let decisions = input.task.document(DECISIONS);
        let is_decision = |path: &&String| {
            path.strip_prefix(&decisions)
                .is_some_and(|name| name.starts_with("ADR-") && name.ends_with(".md") && !name.contains('/'))
        };
        let count = input.evidence.listed.iter().filter(is_decision).count();
        if count > 0 {
            GateOutcome::Pass(format!("Architecture decision records: {count}"))
        } else if input
            .evidence
            .document(&input.task.document(INFRASTRUCTURE))
            .is_some_and(|document| !document.text.trim().is_empty())
        {
            GateOutcome::Pass("Infrastructure requirements written".to_owned())
        } else {
            GateOutcome::Unreadable(format!(
                "neither 06-adr/ADR-*.md nor {INFRASTRUCTURE} was written"
            ))
        }
    }
}
