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
        let (wild_question, wild_objection) = (self.once_in(3), self.once_in(3));
        let (limits, counters, stage) = (self.pipeline.limits, &self.task.counters, self.stage());
        let dear = self.world == World::Dear;
        let asks = wild_question || dear && counters.question_rounds < limits.question_rounds;
        let objects = wild_objection || dear && counters.conflict_rounds < limits.conflict_rounds;
        let question = stage.asks_in.clone().filter(|_| asks);
        let objection = stage
            .objects_in
            .as_ref()
            .map(|(name, _)| name.clone())
            .filter(|_| objects);
        let signal = question.or(objection);
        self.signal = Some((run, signal.clone()));
        signal
    }

    pub(super) fn evidence(&mut self) -> Evidence {
        let (signal, stage) = (self.signal(), self.stage());
        let head = self.head();
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
        // A document is missing or says nothing.
        if self.once_in(6) {
            names.retain(|(name, _)| signal.as_deref() == Some(name));
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
            head: Some(head),
            ..Evidence::default()
        }
    }

    fn report(&mut self, gate: GateName) -> Option<(&'static str, String)> {
        let fails = self.once_in(3);
        let (name, field) = match gate {
            GateName::CheckReviewerVerdict if fails => ("12-review.md", "verdict: REQUEST_CHANGES"),
            GateName::CheckTestsPassed if fails => ("13-test-report.md", "result: FAILED"),
            GateName::CheckStagingStatus if fails => ("15-staging-log.md", "staging_status: FAILED"),
            GateName::CheckDeployStatus if fails => ("14-deploy-log.md", "deploy_status: FAILED"),
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

    fn head(&mut self) -> HeadObservation {
        let red = self.once_in(4);
        let status = CommitStatus {
            context: "ci/build".to_owned(),
            state: if red {
                StatusState::Failure
            } else {
                StatusState::Success
            },
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
