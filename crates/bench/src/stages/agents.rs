//! Agents that have done their work when they are started, without a process.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::id::{AccountId, ProjectId, RunId, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunEnd, RunSpec, RunStatus, RunWork, Runner};
use pipeline_core::resilience::PreflightReport;
use pipeline_core::role::Role;
use pipeline_core::run::RunRecord;

use crate::stages::repository::Repository;

/// Writes what the gates want to see, and is done.
pub(super) struct Agents {
    repositories: HashMap<ProjectId, Arc<Repository>>,
    begun: Mutex<HashSet<RunId>>,
}

impl Agents {
    pub(super) fn new(repositories: HashMap<ProjectId, Arc<Repository>>) -> Self {
        Self {
            repositories,
            begun: Mutex::default(),
        }
    }

    fn works(&self, spec: &RunSpec) {
        let Some(repository) = self.repositories.get(&spec.project) else {
            return;
        };
        let RunWork::Agent {
            role,
            stage,
            work_item,
            ..
        } = &spec.work
        else {
            return;
        };
        if role.as_str() == Role::DEVELOPER {
            repository.code(&spec.run);
        }
        for (name, text) in documents(role, stage.as_str(), work_item) {
            let path = format!("docs/work-items/{work_item}/{name}");
            repository.write(&spec.run, path, &text);
        }
    }

    fn status_of(&self, run: &RunId) -> RunStatus {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.contains(run) {
            RunStatus::Ended(Box::new(well()))
        } else {
            RunStatus::NeverBegan
        }
    }
}

fn documents(role: &Role, stage: &str, work_item: &WorkItemId) -> Vec<(&'static str, String)> {
    let report = |field: &str| format!("---\nwork_item: {work_item}\n{field}\n---\n\nNothing to add.\n");
    match role.as_str() {
        Role::ANALYST => [
            "01-brd.md",
            "02-trz.md",
            "03-acceptance-criteria.md",
            "04-test-plan.yaml",
        ]
        .map(|name| (name, format!("# {work_item}: a greeting\n")))
        .to_vec(),
        Role::ARCHITECT => vec![("06-adr/ADR-001.md", "# Greet plainly\n".to_owned())],
        Role::REVIEWER => vec![("12-review.md", report("verdict: APPROVED"))],
        Role::TESTER => vec![("13-test-report.md", report("result: PASS"))],
        Role::DEPLOYER if stage == "deploy-staging" => {
            vec![("15-staging-log.md", report("staging_status: SUCCESS"))]
        }
        Role::DEPLOYER => vec![("14-deploy-log.md", report("deploy_status: SUCCESS"))],
        _ => Vec::new(),
    }
}

fn well() -> RunEnd {
    RunEnd {
        record: RunRecord {
            exit_code: Some(0),
            summary: "did what was asked".to_owned(),
            ..RunRecord::default()
        },
        log_tail: String::new(),
        timed_out: false,
        stalled: false,
        cancelled: false,
        failure: None,
    }
}

#[async_trait]
impl Runner for Agents {
    async fn start(&self, spec: &RunSpec) -> Result<(), PortError> {
        self.works(spec);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.insert(spec.run);
        Ok(())
    }

    async fn status(&self, run: &RunId) -> Result<RunStatus, PortError> {
        Ok(self.status_of(run))
    }

    async fn wait(&self, run: &RunId) -> Result<RunStatus, PortError> {
        Ok(self.status_of(run))
    }

    async fn cancel(&self, _: &RunId) -> Result<(), PortError> {
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn preflight(&self, _: &ProjectId, _: &AccountId) -> Result<PreflightReport, PortError> {
        Ok(PreflightReport::default())
    }
}
