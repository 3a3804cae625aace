//! `check_analysis_approved`: a human approved exactly these documents.

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, Pending};
use crate::project::Project;
use crate::task::Task;

pub(super) struct AnalysisApproved;

impl Gate for AnalysisApproved {
    fn needs(&self, _task: &Task, _project: &Project) -> EvidenceRequest {
        EvidenceRequest::default()
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        match &input.task.approval {
            Some(approval) if approval.docs_tree == input.task.docs_tree => {
                GateOutcome::Pass(format!("Approved by {}", approval.by))
            }
            Some(_) | None => GateOutcome::Pending(Pending::Approval),
        }
    }
}
