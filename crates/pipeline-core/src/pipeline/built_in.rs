//! The built-in pipeline: analysis, architecture, development, review, testing, deploy-staging, deploy (behaviour §2). The same
//! definition stands as a file in `fixtures/pipelines/built-in.yaml`; a test compares them.

use crate::pipeline::{Limits, Pipeline};
use crate::role::Role;
use crate::stage::{
    Cause, Column, DEPLOY_LOG, GateName, OnFail, REVIEW, STAGING_LOG, Stage, StageName, TEST_REPORT,
    WriteScope,
};

pub(super) fn pipeline() -> Pipeline {
    Pipeline {
        name: "built-in".to_owned(),
        stages: built_in_stages(),
        after_merge: vec![StageName::new("deploy-staging"), StageName::new("deploy")],
        mending: StageName::new("development"),
        limits: Limits::default(),
    }
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
            reports: vec![REVIEW.to_owned()],
            scope: documents(&[REVIEW]),
            ..plain("review")
        },
        Stage {
            role: Some(Role::new(Role::TESTER)),
            gates: vec![GateName::CheckTestsPassed],
            on_fail: bounce(Cause::Tests),
            column: Column::Testing,
            reports: vec![TEST_REPORT.to_owned()],
            scope: documents(&[TEST_REPORT]),
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
        STAGING_LOG
    } else {
        DEPLOY_LOG
    };
    Stage {
        role: Some(Role::new(Role::DEPLOYER)),
        gates: vec![gate],
        on_fail,
        reports: vec![report.to_owned()],
        scope: WriteScope::Documents([DEPLOY_LOG, STAGING_LOG].map(str::to_owned).to_vec()),
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
        prompt: None,
        single_attempt: false,
        staging_only: false,
    }
}
