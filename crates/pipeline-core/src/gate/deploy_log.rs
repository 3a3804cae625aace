//! `check_staging_status` and `check_deploy_status`: the deployer's logs.

use crate::evidence::{EvidenceRequest, OnDefault};
use crate::gate::{Gate, GateInput, GateOutcome, documents, report};
use crate::project::Project;
use crate::stage::{DEPLOY_LOG, STAGING_LOG};
use crate::task::Task;
use crate::verdict::deploy::{DeployVerdict, deploy_verdict};

pub(super) static STAGING: DeployLog = DeployLog {
    report: STAGING_LOG,
    key: "staging_status",
    subject: "Staging",
};
pub(super) static DEPLOY: DeployLog = DeployLog {
    report: DEPLOY_LOG,
    key: "deploy_status",
    subject: "Deploy",
};

pub(super) struct DeployLog {
    report: &'static str,
    key: &'static str,
    subject: &'static str,
}

impl Gate for DeployLog {
    fn needs(&self, task: &Task, _project: &Project) -> EvidenceRequest {
        let start = task.result.as_ref().and_then(|result| result.start.clone());
        EvidenceRequest {
            on_default: start.map(|since| OnDefault {
                since,
                paths: vec![task.document(self.report)],
            }),
            ..documents(task, &[self.report])
        }
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        if self.key == "staging_status" && !input.project.staging {
            return GateOutcome::NotApplicable(format!("Staging gate N/A for {}", input.project.repo));
        }
        let missing = format!("{} log not found ({})", self.subject, self.report);
        let text = match report(input, self.report, &missing) {
            Ok(report) => report.text.as_str(),
            Err(outcome) => return outcome,
        };
        match deploy_verdict(text, self.key) {
            DeployVerdict::Success => GateOutcome::Pass(format!("{} status: SUCCESS", self.subject)),
            DeployVerdict::Failed(why) => GateOutcome::Fail {
                reason: format!("{} status: FAILED", self.subject),
                findings: why.into_iter().collect(),
            },
            DeployVerdict::Unreadable(why) => GateOutcome::Unreadable(why),
        }
    }
}
