//! The runner as the pipeline sees it.

use std::pin::pin;

use async_trait::async_trait;
use pipeline_core::id::{AccountId, ProjectId, RunId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunSpec, RunStatus, Runner};
use pipeline_core::resilience::PreflightReport;

use crate::fake::runner::{FakeRunner, called_off};

#[async_trait]
impl Runner for FakeRunner {
    async fn start(&self, spec: &RunSpec) -> Result<(), PortError> {
        self.faults.port("start", || {
            let starts = self.with(|runs| {
                if runs.statuses.contains_key(&spec.run) {
                    return false;
                }
                runs.started.push(spec.clone());
                runs.statuses.insert(spec.run, RunStatus::Running);
                !runs.held
            });
            if let Some(log) = &self.log {
                log.write(spec.run, "");
            }
            if starts {
                self.play(spec);
            }
            Ok(())
        })
    }

    async fn status(&self, run: &RunId) -> Result<RunStatus, PortError> {
        self.faults.port("status", || Ok(self.look(run)))
    }

    async fn wait(&self, run: &RunId) -> Result<RunStatus, PortError> {
        self.faults.port("wait", || Ok(()))?;
        loop {
            let mut changed = pin!(self.changed.notified());
            // Listens before it looks, so that an end in between is not missed.
            changed.as_mut().enable();
            let status = self.look(run);
            if status != RunStatus::Running {
                return Ok(status);
            }
            changed.await;
        }
    }

    async fn cancel(&self, run: &RunId) -> Result<(), PortError> {
        self.faults.port("cancel", || {
            if self.look(run) == RunStatus::Running {
                self.set(*run, called_off());
            }
            Ok(())
        })
    }

    async fn check(&self) -> Result<(), PortError> {
        self.faults.port("check", || Ok(()))
    }

    async fn preflight(&self, _: &ProjectId, account: &AccountId) -> Result<PreflightReport, PortError> {
        self.faults.arrive("preflight").await;
        self.faults.port("preflight", || {
            let is_known = self.accounts.as_ref().is_none_or(|known| known.contains(account));
            let unknown = || PreflightReport {
                problems: vec![format!("there is no account {account}")],
                ..PreflightReport::default()
            };
            let report = self.with(|runs| {
                runs.preflights.push(account.clone());
                runs.reports.get(account).cloned()
            });
            Ok(report.unwrap_or_else(|| {
                if is_known {
                    PreflightReport::default()
                } else {
                    unknown()
                }
            }))
        })
    }
}

impl FakeRunner {
    fn look(&self, run: &RunId) -> RunStatus {
        self.with(|runs| runs.statuses.get(run).cloned().unwrap_or(RunStatus::NeverBegan))
    }
}
