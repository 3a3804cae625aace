//! `orchctl outbox`: effects that are not done, and what an operator may do about one.

mod sheet;

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use pipeline_core::id::{EffectKey, TaskId, WorkItemId};
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::store::orders::NewOrder;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, OutboxStore};
use pipeline_core::port::store::tasks::{TaskKey, TaskStore};

use crate::cli::{Who, reason};
use crate::command::outbox::sheet::OutboxSheet;
use crate::failure::Failure;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::{exit, lookup, order, text};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// List effects that wait, are being sent, may have arrived, or are dead
    List(List),
    /// Order: send an effect now; a task that a dead one blocks goes on from there
    Retry(Retry),
    /// Order: take an effect out; a task that waits for it is blocked and asks
    Drop(Drop),
}

impl OutboxCommand {
    /// Carries it out. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        match self {
            Self::List(list) => list.run(session).await.map(|()| exit::OK),
            Self::Retry(retry) => retry.run(session).await,
            Self::Drop(drop) => drop.run(session).await,
        }
    }
}

/// The arguments of `list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this task: id (7) or work item (DEMO-001)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Only those that are dead
    #[arg(long)]
    dead: bool,
}

impl List {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let store = &session.store;
        let filter = match &self.task {
            Some(wanted) => OutboxFilter::OfTask(lookup::task(store, wanted).await?.id),
            None => OutboxFilter::Open,
        };
        let rows = store.effects(filter).await?;
        let shown = rows.iter().filter(|row| match row.status {
            EffectStatus::Dead => true,
            EffectStatus::Pending | EffectStatus::InFlight | EffectStatus::Ambiguous => !self.dead,
            EffectStatus::Done | EffectStatus::Dropped => false,
        });
        let mut names = BTreeMap::new();
        let mut listed = Vec::new();
        for row in shown {
            if let Some(id) = row.effect.task
                && !names.contains_key(&id)
            {
                names.insert(id, work_item(session, Some(id)).await?);
            }
            listed.push(row);
        }
        let daemon = DaemonLine::from(session.daemon()?);
        session.show(&OutboxSheet::of(&listed, &names, daemon))
    }
}

/// The arguments of `retry`.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// Key of the effect, as 'orchctl outbox list' shows it
    #[arg(value_name = "KEY")]
    key: String,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Retry {
    async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let what = |effect| OperatorOrderKind::RetryEffect { effect };
        give(session, &self.key, what, (self.who.name(), self.reason.trim())).await
    }
}

/// The arguments of `drop`.
#[derive(Debug, Args)]
pub(crate) struct Drop {
    /// Key of the effect, as 'orchctl outbox list' shows it
    #[arg(value_name = "KEY")]
    key: String,
    /// Why, for the audit and for whoever finds the task blocked
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Drop {
    async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let what = |effect| OperatorOrderKind::DropEffect { effect };
        give(session, &self.key, what, (self.who.name(), &self.reason)).await
    }
}

async fn give(
    session: &Session,
    key: &str,
    what: impl FnOnce(EffectKey) -> OperatorOrderKind,
    (by, reason): (String, &str),
) -> Result<u8, Failure> {
    let row = find(session, key).await?;
    let work_item = work_item(session, row.effect.task).await?;
    let order = NewOrder {
        task: row.effect.task.unwrap_or(TaskId::NONE),
        by,
        reason: reason.to_owned(),
        at: session.now(),
        what: what(row.effect.key),
    };
    order::place(session, order, work_item).await
}

async fn find(session: &Session, key: &str) -> Result<OutboxRow, Failure> {
    let filter = OutboxFilter::One(EffectKey::new(key.trim()));
    let found = session.store.effects(filter).await?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| Failure::NoEffect(text::short_line(key, 60)))
}

/// The task's name; a dash where the effect belongs to none.
async fn work_item(session: &Session, task: Option<TaskId>) -> Result<WorkItemId, Failure> {
    let found = match task {
        Some(id) => session.store.task(&TaskKey::Id(id)).await?,
        None => None,
    };
    Ok(found.map_or_else(|| WorkItemId::new("-"), |task| task.work_item))
}
