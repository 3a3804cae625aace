//! What the gates are shown of a driven task.

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::evidence::{Document, Evidence};
use pipeline_core::id::{BlobSha, BranchName, CommitSha};
use pipeline_core::observation::HeadObservation;
use pipeline_core::stage::{Cause, GateName};

use super::{Drive, World};

impl Drive<'_> {
    /// What the role asks or objects in; a result is the same each time it is looked at.
    fn signal(&mut self) -> Option<String> {
        let run = self.task.result.as_ref().map(|result| result.run);
        if let Some((known, signal)) = &self.signal
            && *known == run
        {
            return signal.clone();
        }
        let (limits, counters, stage) = (self.pipeline.limits, &self.task.counters, self.stage());
        let asks = counters.question_rounds < limits.question_rounds;
        let objects = counters.conflict_rounds < limits.conflict_rounds;
        let question = stage.asks_in.clone().filter(|_| asks);
        let objection = stage
            .objects_in
            .as_ref()
            .map(|(name, _)| name.clone())
            .filter(|_| objects);
        let signal = question.or(objection).filter(|_| self.world == World::Dear);
        self.signal = Some((run, signal.clone()));
        signal
    }

    pub(super) fn evidence(&mut self) -> Evidence {
        let (signal, stage) = (self.signal(), self.stage());
        let mut names: Vec<(&str, String)> = Vec::new();
        names.extend(
            signal
                .as_deref()
                .map(|name| (name, "It cannot be built.".to_owned())),
        );
        for name in [
            "01-brd.md",
            "02-trz.md",
            "03-acceptance-criteria.md",
            "04-test-plan.yaml",
            "07-infra-requirements.md",
        ] {
            names.push((name, "text".to_owned()));
        }
        for gate in &stage.gates {
            names.extend(self.report(*gate));
        }
        let documents = names.into_iter().map(|(name, text)| Document {
            path: self.task.document(name),
            blob: BlobSha::new("b"),
            text,
            lossy: false,
            cut: false,
        });
        Evidence {
            documents: documents.collect(),
            head: Some(self.head()),
            ..Evidence::default()
        }
    }

    fn report(&self, gate: GateName) -> Option<(&'static str, String)> {
        let (name, field) = match gate {
            GateName::CheckReviewerVerdict => ("12-review.md", "verdict: APPROVED"),
            GateName::CheckTestsPassed if self.tests_fail() => ("13-test-report.md", "result: FAILED"),
            GateName::CheckTestsPassed => ("13-test-report.md", "result: PASS"),
            GateName::CheckStagingStatus => ("15-staging-log.md", "staging_status: SUCCESS"),
            GateName::CheckDeployStatus => ("14-deploy-log.md", "deploy_status: SUCCESS"),
            GateName::CheckAnalysisComplete
            | GateName::CheckAnalysisApproved
            | GateName::CheckArchitectureDone
            | GateName::CheckCiGreen
            | GateName::CheckTestsLocal
            | GateName::CheckReviewApproved => return None,
        };
        Some((
            name,
            format!(
                "---\n{field}\n---\n\n| case | result |\n|---|---|\n| {} | FAIL |\n",
                self.runs
            ),
        ))
    }

    fn tests_fail(&self) -> bool {
        let (limits, bounces) = (self.pipeline.limits, &self.task.counters.bounces);
        let tests = bounces.get(&Cause::Tests).copied().unwrap_or_default();
        self.world == World::Dear
            && tests < limits.bounces_per_cause
            && bounces.values().sum::<u32>() < limits.bounces
    }

    fn head(&self) -> HeadObservation {
        let status = CommitStatus {
            context: "ci/build".to_owned(),
            state: StatusState::Success,
            description: String::new(),
            url: None,
            log_tail: None,
        };
        HeadObservation {
            branch: self.task.branch.clone(),
            head: self.task.head.clone(),
            descends: true,
            statuses: vec![status],
            pull_request: None,
            default_branch: BranchName::new("main"),
            default_head: CommitSha::new("b0"),
            red_on_default: Vec::new(),
        }
    }
}
