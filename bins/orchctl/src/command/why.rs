//! `orchctl why`: what a task waits for, since when, who or what ends it, and what is under way for it. There is an answer for every state.

use clap::Args;
use pipeline_core::id::RunId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::{JobFilter, JobRow, JobStore};
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::port::store::outbox::{OutboxFilter, OutboxStore};
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::task::{Task, TaskState};
use serde::Serialize;

use crate::cli::TaskArgument;
use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::view::effect::EffectLine;
use crate::view::held_back::HeldBackNow;
use crate::view::job::JobLine;
use crate::view::order::OrderLine;
use crate::view::task::TaskLine;
use crate::{lookup, text};

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Why {
    #[command(flatten)]
    target: TaskArgument,
}

impl Why {
    /// Shows the answer.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let store = &session.store;
        let task = lookup::task(store, &self.target.task).await?;
        let now = session.now();
        let jobs = store.jobs(JobFilter::OfTask(task.id)).await?;
        let effects = store.effects(OutboxFilter::OfTask(task.id)).await?;
        let orders = store.orders(task.id).await?;
        let daemon = session.daemon()?;
        let held_back = HeldBackNow::look(store, daemon).await?;
        session.show(&WhySheet {
            jobs: jobs
                .iter()
                .map(|job| JobLine::of(job, now, &held_back).standing(progress(session, job), now))
                .filter(JobLine::is_live)
                .collect(),
            effects: effects
                .iter()
                .map(EffectLine::of)
                .filter(EffectLine::is_live)
                .collect(),
            timers: task.timers.keys().map(|kind| kind.as_str()).collect(),
            orders: orders
                .iter()
                .filter(|row| row.answer.is_none())
                .map(OrderLine::of)
                .collect(),
            daemon: DaemonLine::from(daemon),
            task: without_provider(TaskLine::of(&task, now), &task, (&jobs, &held_back)),
        })
    }
}

/// A role that has not begun because no account of a provider takes it waits for that, and nobody works.
fn without_provider(line: TaskLine, task: &Task, (jobs, held_back): (&[JobRow], &HeldBackNow)) -> TaskLine {
    let job = match &task.state {
        TaskState::Working { job } => jobs.iter().find(|known| known.id == *job),
        TaskState::Starting
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => None,
    };
    let providers = job.map(|job| held_back.providers(job)).unwrap_or_default();
    if providers.is_empty() {
        return line;
    }
    let reasons: Vec<String> = providers
        .iter()
        .map(|(account, why)| format!("{account}: {why}"))
        .collect();
    TaskLine {
        waits_for: format!(
            "a provider for the role of {}: {}",
            task.stage,
            reasons.join("; ")
        ),
        ended_by: "what 'orchctl providers' says of it; 'orchctl providers check' looks again now".to_owned(),
        ..line
    }
}

/// How the run of a job that is worked on stands, as far as that can be read.
fn progress(session: &Session, job: &JobRow) -> Option<(RunProgress, Option<Activity>)> {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let works = job.status == JobStatus::Running;
    let progress = works
        .then(|| app::runs::progress(session.places(), &run))
        .flatten()?;
    Some((progress, app::runs::activity(session.places(), &run)))
}

#[derive(Serialize)]
struct WhySheet {
    #[serde(flatten)]
    task: TaskLine,
    jobs: Vec<JobLine>,
    effects: Vec<EffectLine>,
    timers: Vec<&'static str>,
    orders: Vec<OrderLine>,
    daemon: DaemonLine,
}

impl Show for WhySheet {
    fn text(&self) -> String {
        let task = &self.task;
        let mut lines = vec![
            format!(
                "{} (task {}): {}",
                task.work_item,
                task.id,
                text::line(&task.title)
            ),
            format!(
                "{} at {} since {} ({})",
                task.state, task.stage, task.since, task.ago
            ),
            format!("waits for:  {}", text::line(&task.waits_for)),
            format!("ended by:   {}", text::line(&task.ended_by)),
        ];
        for (index, live) in self.live().iter().enumerate() {
            let label = if index == 0 { "under way:" } else { "" };
            lines.push(format!("{label:<12}{live}"));
        }
        if !task.is_over {
            lines.extend(self.daemon.warning());
        }
        lines.join("\n")
    }
}

impl WhySheet {
    fn live(&self) -> Vec<String> {
        let jobs = self.jobs.iter().map(JobLine::sentence);
        let effects = self.effects.iter().map(EffectLine::sentence);
        let timers = self.timers.iter().map(|kind| format!("timer {kind}"));
        let orders = self.orders.iter().map(OrderLine::sentence);
        jobs.chain(effects).chain(timers).chain(orders).collect()
    }
}
