//! `orchctl requeue`: runs a job of a blocked task again.

use clap::Args;
use pipeline_core::id::JobId;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::store::jobs::{JobFilter, JobStore};
use pipeline_core::port::store::tasks::{TaskKey, TaskStore};

use crate::cli::Who;
use crate::failure::Failure;
use crate::order::{self, Draft};
use crate::session::Session;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Requeue {
    /// Job id (TASK-NUMBER, such as 7-3)
    #[arg(value_name = "JOB")]
    job: JobId,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Requeue {
    /// Gives the order. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let known = session.store.jobs(JobFilter::One(self.job)).await?;
        let task = session.store.task(&TaskKey::Id(self.job.task)).await?;
        let Some(task) = task.filter(|_| !known.is_empty()) else {
            return Err(Failure::NoJob(self.job));
        };
        let draft = Draft {
            task,
            by: self.who.name(),
            reason: self.reason.trim().to_owned(),
            what: OperatorOrderKind::Requeue { job: self.job },
        };
        order::give(session, draft).await
    }
}
