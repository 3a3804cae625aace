//! How the runs under way stand: what each has put out and used, and which of them do nothing any more.

use std::collections::BTreeMap;

use pipeline_core::id::{RunId, TaskId};
use pipeline_core::job::JobKind;
use pipeline_core::port::store::StoreError;
use pipeline_core::progress::{Activity, RunProgress, Stall};
use serde::Serialize;

use crate::state::WebState;

/// A run under way that its runner has looked at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Standing {
    pub(crate) run: RunId,
    #[serde(flatten)]
    pub(crate) progress: RunProgress,
    /// What its agent is doing, when its program tells.
    pub(crate) activity: Option<Activity>,
}

/// Runs under way, by task.
#[derive(Default)]
pub(crate) struct Standings(BTreeMap<TaskId, Vec<Standing>>);

impl Standings {
    /// All of them. A run whose progress cannot be read is left out: a page is no reason to fail.
    pub(crate) async fn read(state: &WebState) -> Result<Self, StoreError> {
        let mut standings = Self::default();
        for job in state.store.leased().await? {
            if matches!(job.kind, JobKind::Gather(_)) {
                continue;
            }
            let run = RunId {
                job: job.id,
                fence: job.fence,
            };
            match state.run_log.progress(&run).await {
                Ok(Some(progress)) => {
                    let activity = state.run_log.activity(&run).await.ok().flatten();
                    let of_task = standings.0.entry(job.id.task).or_default();
                    of_task.push(Standing {
                        run,
                        progress,
                        activity,
                    });
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(run.id = %run, %error, "the run's progress is not shown"),
            }
        }
        Ok(standings)
    }

    /// Those of one task.
    pub(crate) fn of(&self, task: TaskId) -> &[Standing] {
        self.0.get(&task).map_or(&[], Vec::as_slice)
    }

    /// The stall of one of its runs.
    pub(crate) fn stall(&self, task: TaskId) -> Option<&Stall> {
        self.of(task)
            .iter()
            .find_map(|standing| standing.progress.stall.as_ref())
    }
}
