//! `orchctl task show`: everything that is known of a task.

mod sheet;

use clap::Args;
use pipeline_core::port::store::jobs::{JobFilter, JobStore};
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxStore};
use pipeline_core::port::store::tasks::TaskStore;
use pipeline_core::run::RunRow;
use pipeline_core::task::Task;

use crate::cli::TaskArgument;
use crate::command::task_show::sheet::{TaskFields, TaskSheet};
use crate::failure::Failure;
use crate::lookup;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::view::effect::EffectLine;
use crate::view::held_back::HeldBackNow;
use crate::view::job::JobLine;
use crate::view::order::OrderLine;
use crate::view::run::{RunLine, StageLine};
use crate::view::story::{BounceLine, LogLine};
use crate::view::task::TaskLine;

/// Entries of the log that are shown when not all are asked for.
const LATEST: usize = 10;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct TaskShow {
    #[command(flatten)]
    target: TaskArgument,
    /// The whole event log instead of the last 10 entries
    #[arg(long)]
    log: bool,
}

impl TaskShow {
    /// Shows the task.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let store = &session.store;
        let task = lookup::task(store, &self.target.task).await?;
        let now = session.now();
        let jobs = store.jobs(JobFilter::OfTask(task.id)).await?;
        let runs = store.runs(task.id).await?;
        let effects = store.effects(OutboxFilter::OfTask(task.id)).await?;
        let orders = store.orders(task.id).await?;
        let log = store.log(task.id).await?;
        let left_out = if self.log {
            0
        } else {
            log.len().saturating_sub(LATEST)
        };
        let daemon = session.daemon()?;
        let held_back = HeldBackNow::look(store, daemon).await?;
        session.show(&TaskSheet {
            line: TaskLine::of(&task, now),
            bounces: task.bounces.iter().map(BounceLine::of).collect(),
            stages: stages(&task, &runs),
            fields: TaskFields::of(task),
            runs: runs.iter().map(|run| RunLine::of(run, now)).collect(),
            jobs: jobs.iter().map(|job| JobLine::of(job, now, &held_back)).collect(),
            open_effects: effects
                .iter()
                .filter(|row| row.status != EffectStatus::Done)
                .map(EffectLine::of)
                .collect(),
            orders: orders.iter().map(OrderLine::of).collect(),
            log: log.iter().skip(left_out).map(LogLine::of).collect(),
            log_left_out: left_out,
            daemon: DaemonLine::from(daemon),
        })
    }
}

/// In the order in which they were entered first.
fn stages(task: &Task, runs: &[RunRow]) -> Vec<StageLine> {
    let mut totals: Vec<_> = task.totals.iter().collect();
    totals.sort_by_key(|(stage, _)| runs.iter().position(|run| run.stage == **stage));
    totals
        .into_iter()
        .map(|(stage, totals)| StageLine::of(stage, totals))
        .collect()
}
