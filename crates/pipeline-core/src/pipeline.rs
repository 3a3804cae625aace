//! The pipeline definition: an ordered list of stages with their gates, routes and limits. Data; the built-in one is here.

use std::fmt::Write;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::id::PipelineDigest;
use crate::project::Project;
use crate::role::Role;
use crate::stage::{Cause, Column, GateName, OnFail, Stage, StageName, WriteScope};

/// How often a loop may turn before a human is asked (behaviour §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bounces per cause.
    pub bounces_per_cause: u32,
    /// Bounces in all.
    pub bounces: u32,
    /// Rounds of questions.
    pub question_rounds: u32,
    /// Rounds of objections.
    pub conflict_rounds: u32,
    /// Repair runs per stage entry.
    pub repairs: u32,
    /// Merges of the default branch into ours.
    pub base_merges: u32,
    /// Attempts at an agent job that fails by itself.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bounces_per_cause: 3,
            bounces: 6,
            question_rounds: 3,
            conflict_rounds: 2,
            repairs: 2,
            base_merges: 3,
            attempts: 2,
        }
    }
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// First to last; the first and the last have no role.
    pub stages: Vec<Stage>,
    /// With `MergeTime::OnDeployEntry`, the merge comes before the first of these stages that applies.
    pub after_merge: Vec<StageName>,
    /// The stage whose role mends code.
    pub mending: StageName,
    /// Bounds of its loops.
    pub limits: Limits,
}

impl Pipeline {
    /// The built-in pipeline: analysis, architecture, development, review, testing, deploy-staging, deploy.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            name: "built-in".to_owned(),
            stages: built_in_stages(),
            after_merge: vec![StageName::new("deploy-staging"), StageName::new("deploy")],
            mending: StageName::new("development"),
            limits: Limits::default(),
        }
    }

    /// SHA-256 of the definition; what a task is pinned to.
    #[must_use]
    pub fn digest(&self) -> PipelineDigest {
        // A value of plain structs always serialises; an empty text would only make the digest differ.
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut hex = String::new();
        for byte in digest(&SHA256, text.as_bytes()).as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        PipelineDigest::new(hex)
    }

    /// The stage of this name.
    #[must_use]
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.iter().find(|stage| &stage.name == name)
    }

    /// The first stage in which somebody works.
    #[must_use]
    pub fn first_working(&self, project: &Project) -> Option<&Stage> {
        self.stages
            .iter()
            .find(|stage| stage.role.is_some() && applies(stage, project))
    }

    /// The next stage that applies; the last one has none.
    #[must_use]
    pub fn next(&self, name: &StageName, project: &Project) -> Option<&Stage> {
        let at = self.position(name)?;
        self.stages
            .iter()
            .skip(at + 1)
            .find(|stage| applies(stage, project))
    }

    /// The previous stage that applies and has a role.
    #[must_use]
    pub fn previous(&self, name: &StageName, project: &Project) -> Option<&Stage> {
        let at = self.position(name)?;
        self.stages
            .iter()
            .take(at)
            .rev()
            .find(|stage| stage.role.is_some() && applies(stage, project))
    }

    /// The stage comes after the merge when merging on deploy entry.
    #[must_use]
    pub fn is_after_merge(&self, name: &StageName) -> bool {
        self.after_merge.contains(name)
    }

    /// Where in the order the stage stands.
    #[must_use]
    pub fn position(&self, name: &StageName) -> Option<usize> {
        self.stages.iter().position(|stage| &stage.name == name)
    }

    /// The last stage: finished.
    #[must_use]
    pub fn last(&self) -> Option<&Stage> {
        self.stages.last()
    }
}

fn applies(stage: &Stage, project: &Project) -> bool {
    !stage.staging_only || project.staging
}

fn built_in_stages() -> Vec<Stage> {
    let documents =
        |patterns: &[&str]| WriteScope::Documents(patterns.iter().map(ToString::to_string).collect());
    let bounce = |cause| OnFail::Bounce {
        stage: StageName::new("development"),
        cause,
    };
    let block = || OnFail::Block {
        stage: StageName::new("development"),
    };
    vec![
        Stage {
            column: Column::Todo,
            ..plain("created")
        },
        Stage {
            role: Some(Role::new(Role::ANALYST)),
            gates: vec![GateName::CheckAnalysisComplete, GateName::CheckAnalysisApproved],
            asks_in: Some("questions.md".to_owned()),
            scope: documents(&["01*", "02*", "03*", "04*", "questions.md"]),
            ..plain("analysis")
        },
        Stage {
            role: Some(Role::new(Role::ARCHITECT)),
            gates: vec![GateName::CheckArchitectureDone],
            column: Column::Architecture,
            objects_in: Some(("conflict.md".to_owned(), StageName::new("analysis"))),
            scope: WriteScope::DocsTree(
                ["06-adr/*", "07-*", "08-*", "10-*", "conflict.md"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            ..plain("architecture")
        },
        Stage {
            role: Some(Role::new(Role::DEVELOPER)),
            gates: vec![GateName::CheckCiGreen],
            on_fail: bounce(Cause::Ci),
            column: Column::Development,
            scope: WriteScope::Code(["07-*", "08-*", "09-*", "10-*"].map(str::to_owned).to_vec()),
            ..plain("development")
        },
        Stage {
            role: Some(Role::new(Role::REVIEWER)),
            gates: vec![GateName::CheckReviewerVerdict],
            on_fail: bounce(Cause::Review),
            column: Column::Review,
            reports: vec!["12-review.md".to_owned()],
            scope: documents(&["12-review.md"]),
            ..plain("review")
        },
        Stage {
            role: Some(Role::new(Role::TESTER)),
            gates: vec![GateName::CheckTestsPassed],
            on_fail: bounce(Cause::Tests),
            column: Column::Testing,
            reports: vec!["13-test-report.md".to_owned()],
            scope: documents(&["13-test-report.md"]),
            ..plain("testing")
        },
        Stage {
            staging_only: true,
            ..deploying("deploy-staging", GateName::CheckStagingStatus, block())
        },
        deploying("deploy", GateName::CheckDeployStatus, block()),
        Stage {
            column: Column::Done,
            ..plain("done")
        },
    ]
}

fn deploying(name: &str, gate: GateName, on_fail: OnFail) -> Stage {
    let report = if gate == GateName::CheckStagingStatus {
        "15-staging-log.md"
    } else {
        "14-deploy-log.md"
    };
    Stage {
        role: Some(Role::new(Role::DEPLOYER)),
        gates: vec![gate],
        on_fail,
        reports: vec![report.to_owned()],
        scope: WriteScope::Documents(
            ["14-deploy-log.md", "15-staging-log.md"]
                .map(str::to_owned)
                .to_vec(),
        ),
        single_attempt: true,
        ..plain(name)
    }
}

fn plain(name: &str) -> Stage {
    Stage {
        name: StageName::new(name),
        role: None,
        gates: Vec::new(),
        on_fail: OnFail::Repair,
        column: Column::InProgress,
        reports: Vec::new(),
        asks_in: None,
        objects_in: None,
        scope: WriteScope::Documents(Vec::new()),
        single_attempt: false,
        staging_only: false,
    }
}
