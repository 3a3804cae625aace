//! A step: read the task, let the rules decide, commit everything in one transaction. The only place where a task changes.

use pipeline_core::decision::{Change, Decision};
use pipeline_core::effect::{EffectKind, NewEffect};
use pipeline_core::event::{Event, LogEntry};
use pipeline_core::id::{DeliveryId, OrderId, TaskId};
use pipeline_core::job::JobStatus;
use pipeline_core::order::OrderAnswer;
use pipeline_core::orders::ItemMark;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{
    Commit, Committed, EffectChange, EffectEnd, JobEnd, Logged, TaskKey, TaskWrite,
};
use pipeline_core::run::RunRow;
use pipeline_core::stage::Column;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::transition::{Rules, decide};

use crate::accounts;
use crate::context::Context;

/// What is committed together with the decision.
#[derive(Debug, Clone, Default)]
pub(crate) struct Along {
    pub(crate) job_end: Option<JobEnd>,
    pub(crate) run: Option<RunRow>,
    pub(crate) effect_end: Option<EffectEnd>,
    /// Only together with a change of the task.
    pub(crate) effect_change: Option<EffectChange>,
    pub(crate) acknowledge: Vec<DeliveryId>,
    pub(crate) mark: Option<MarkChange>,
    pub(crate) order: Option<OrderId>,
    /// The task as it was when the event was read from outside; if it has changed since, the event may be older than our own work.
    pub(crate) seen_at: Option<u64>,
}

/// The time and the id of an order.
pub(crate) type Handled = (Timestamp, Option<pipeline_core::id::ActivityId>);

/// A change to what is remembered of an issue; applied to the mark as it is when the step commits.
#[derive(Debug, Clone)]
pub(crate) struct MarkChange {
    /// The newest order handled when the change was made up; when it is another one by now, somebody else has handled the same news.
    pub(crate) read: Handled,
    /// The newest order handled.
    pub(crate) handled: Handled,
    /// Echoes seen: so many of the oldest written columns are forgotten.
    pub(crate) echoes: usize,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// The task changed; what was decided.
    Changed(String),
    /// Nothing changed; why.
    Nothing(String),
    /// The fence is not the job's or the effect's any more: the result was dropped.
    Fenced,
    /// The task has changed since the event was read: nothing happened, and it has to be read again.
    Outdated,
    /// There is no such task, or its project is not in the registry.
    Unknown,
}

/// Lets an event happen to a task.
pub(crate) async fn step(
    context: &Context,
    id: TaskId,
    event: Event,
    along: Along,
) -> Result<Stepped, StoreError> {
    loop {
        let Some(task) = context.store.task(&TaskKey::Id(id)).await? else {
            return Ok(Stepped::Unknown);
        };
        if along.seen_at.is_some_and(|revision| revision != task.revision) {
            return Ok(Stepped::Outdated);
        }
        if is_outdated(context, (&task.project, &task.issue), &along).await? {
            return Ok(Stepped::Outdated);
        }
        let Some(ports) = context.ports(&task.project) else {
            return Ok(Stepped::Unknown);
        };
        let Some(pipeline) = context.pipeline_of(&task).await? else {
            return Err(StoreError::Broken(format!(
                "the pipeline of task {id} is missing"
            )));
        };
        // Once per try: the log carries the moment that the rules went by, so that a replay sees the same.
        let now = context.clock.now();
        let rules = Rules {
            pipeline: &pipeline,
            project: &ports.project,
            now,
        };
        let decision = decide(&task, &event, rules);
        let (commit, stepped) = match decision {
            Decision::Change(change) => changed(context, &task, (&event, rules), (*change, &along)).await?,
            Decision::Ignore(why) => (
                unchanged(context, &task, &along, &why).await?,
                Stepped::Nothing(why),
            ),
            Decision::Illegal(why) => {
                tracing::warn!(task.id = %id, event = event.name(), state = task.state.name(), why, "illegal event");
                (
                    unchanged(context, &task, &along, &why).await?,
                    Stepped::Nothing(why),
                )
            }
        };
        let commit = with_account(context, &task, commit, (&event, &along)).await?;
        let wakes = Wanted::of(&commit);
        match context.store.commit(commit).await? {
            Committed::Yes => {
                tracing::info!(task.id = %id, event = event.name(), outcome = ?stepped, "step");
                wakes.ring(context);
                return Ok(stepped);
            }
            Committed::Stale => {
                tracing::debug!(task.id = %id, event = event.name(), "decided on what has changed since, again");
            }
            Committed::Fenced => {
                tracing::warn!(task.id = %id, event = event.name(), "a stale result was dropped");
                return Ok(Stepped::Fenced);
            }
        }
    }
}

/// What the end of a run says of the account that it ran on.
async fn with_account(
    context: &Context,
    task: &Task,
    mut commit: Commit,
    (event, along): (&Event, &Along),
) -> Result<Commit, StoreError> {
    let said = accounts::after_run(context, &task.project, (event, along.run.as_ref())).await?;
    if let Some((health, alert)) = said {
        commit.account = Some(health);
        commit.effects.extend(alert);
    }
    Ok(commit)
}

async fn changed(
    context: &Context,
    before: &Task,
    (event, rules): (&Event, Rules<'_>),
    (change, along): (Change, &Along),
) -> Result<(Commit, Stepped), StoreError> {
    let mark = mark(context, before, along, &change.effects).await?;
    let note = change.note.clone();
    let log = logged(&change, event, rules);
    let answer = along
        .order
        .map(|order| (order, OrderAnswer::Accepted(note.clone())));
    let commit = Commit {
        answer,
        mark,
        repin: repin(event, before, &change.task),
        log: Some(log),
        at: rules.now,
        effect_change: along.effect_change.clone(),
        ..base(context, along)
    };
    let task = Box::new(change.task.clone());
    let write = TaskWrite::Update {
        task,
        read_revision: before.revision,
    };
    Ok((with_change(commit, change, write), Stepped::Changed(note)))
}

/// The definition to store with a task that is moved to it.
fn repin(event: &Event, before: &Task, after: &Task) -> Option<Box<Pipeline>> {
    if let Event::Repinned { to, .. } = event {
        return (after.pipeline != before.pipeline).then(|| to.clone());
    }
    None
}

async fn unchanged(context: &Context, task: &Task, along: &Along, why: &str) -> Result<Commit, StoreError> {
    let mark = mark(context, task, along, &[]).await?;
    let answer = along
        .order
        .map(|order| (order, OrderAnswer::Refused(why.to_owned())));
    Ok(Commit {
        answer,
        mark,
        ..base(context, along)
    })
}

fn base(context: &Context, along: &Along) -> Commit {
    Commit {
        at: context.clock.now(),
        job_end: along.job_end.clone(),
        run: along.run.clone(),
        effect_end: along.effect_end.clone(),
        acknowledge: along.acknowledge.clone(),
        ..Commit::default()
    }
}

/// The event with what the decision went by, so that a replay goes by the same.
pub(crate) fn logged(change: &Change, event: &Event, rules: Rules<'_>) -> Logged {
    let entry = LogEntry {
        task: change.task.id,
        revision: change.task.revision,
        at: rules.now,
        event: event.clone(),
        note: change.note.clone(),
        project: Some(rules.project.digest()),
    };
    Logged {
        entry,
        project: Box::new(rules.project.clone()),
    }
}

/// Puts a change into a commit.
pub(crate) fn with_change(commit: Commit, change: Change, write: TaskWrite) -> Commit {
    let id = change.task.id;
    Commit {
        task: Some(write),
        effects: change.effects,
        jobs: change.jobs,
        requeue: change.requeue,
        cancel: change.cancel,
        timers: change.timers.into_iter().map(|timer| (id, timer)).collect(),
        ..commit
    }
}

/// Two looks at an issue can be under way at once: what the one has handled is no news to the other.
pub(crate) async fn is_outdated(
    context: &Context,
    (project, issue): (&pipeline_core::id::ProjectId, &pipeline_core::id::IssueId),
    along: &Along,
) -> Result<bool, StoreError> {
    let Some(change) = &along.mark else {
        return Ok(false);
    };
    Ok(read_mark(context, project, issue).await?.handled != change.read)
}

/// The mark with what this step learns and writes; none when nothing of it changes.
async fn mark(
    context: &Context,
    task: &Task,
    along: &Along,
    effects: &[NewEffect],
) -> Result<Option<ItemMark>, StoreError> {
    let columns = written_columns(effects);
    if columns.is_empty() && along.mark.is_none() {
        return Ok(None);
    }
    let mut mark = read_mark(context, &task.project, &task.issue).await?;
    apply(&mut mark, along.mark.as_ref(), columns);
    Ok(Some(mark))
}

/// The mark of an issue; on first contact it begins when the project was connected.
pub(crate) async fn read_mark(
    context: &Context,
    project: &pipeline_core::id::ProjectId,
    issue: &pipeline_core::id::IssueId,
) -> Result<ItemMark, StoreError> {
    if let Some(mark) = context.store.mark(project, issue).await? {
        return Ok(mark);
    }
    let connected = context.store.connected_at(project, context.clock.now()).await?;
    Ok(ItemMark {
        project: project.clone(),
        issue: issue.clone(),
        handled: (connected, None),
        written: Vec::new(),
        revision: 0,
    })
}

pub(crate) fn apply(mark: &mut ItemMark, change: Option<&MarkChange>, columns: Vec<Column>) {
    if let Some(change) = change {
        mark.handled = change.handled.clone();
        mark.written.drain(..change.echoes.min(mark.written.len()));
    }
    mark.written.extend(columns);
}

pub(crate) fn written_columns(effects: &[NewEffect]) -> Vec<Column> {
    effects
        .iter()
        .filter_map(|effect| {
            if let EffectKind::SetColumn { column, .. } = effect.kind {
                Some(column)
            } else {
                None
            }
        })
        .collect()
}

/// Which loops have something to do after a commit.
pub(crate) struct Wanted {
    dispatch: bool,
    outbox: bool,
    sweep: bool,
}

impl Wanted {
    pub(crate) fn of(commit: &Commit) -> Self {
        Self {
            dispatch: !commit.jobs.is_empty() || !commit.requeue.is_empty() || !commit.cancel.is_empty(),
            outbox: !commit.effects.is_empty()
                || commit.effect_end.is_some()
                || commit.effect_change.is_some(),
            sweep: !commit.timers.is_empty(),
        }
    }

    pub(crate) fn ring(&self, context: &Context) {
        let wakes = &context.wakes;
        for (wanted, bell) in [
            (self.dispatch, &wakes.dispatch),
            (self.outbox, &wakes.outbox),
            (self.sweep, &wakes.sweep),
        ] {
            if wanted {
                bell.notify_one();
            }
        }
    }
}

/// The end of a job with this status.
pub(crate) fn job_end(job: &pipeline_core::port::store::jobs::LeasedJob, status: JobStatus) -> JobEnd {
    JobEnd {
        job: job.id,
        fence: job.fence,
        status,
    }
}
