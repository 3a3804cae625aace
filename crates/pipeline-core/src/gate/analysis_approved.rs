//! `check_analysis_approved`: a human approved exactly these documents, and the branch still holds them.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, Pending};
use crate::project::Project;
use crate::task::Task;

pub(super) struct AnalysisApproved;

impl Gate for AnalysisApproved {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        EvidenceRequest {
            head: task.approval.is_some(),
            ..EvidenceRequest::default()
        }
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let branch = input.evidence.head.as_ref().and_then(|seen| seen.head.clone());
        match (&input.task.approval, branch) {
            (Some(_), Some(theirs)) if input.task.head.as_ref().is_some_and(|ours| *ours != theirs) => {
                GateOutcome::Pending(Pending::OtherHead(theirs))
            }
            (Some(approval), _) if approval.docs_tree == input.task.docs_tree => {
                GateOutcome::Pass(format!("Approved by {}", approval.by))
            }
            (Some(_) | None, _) => GateOutcome::Pending(Pending::Approval),
        }
    }
}
