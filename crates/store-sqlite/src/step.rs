//! The one transaction of a step: every table's part in the order that the port's documentation wants. Holds no SQL of its own.

use pipeline_core::port::store::tasks::{Commit, Committed, TaskWrite};
use rusqlite::Connection;

use crate::failure::Failure;
use crate::writer::Written;
use crate::{
    accounts, deliveries, event_log, items, jobs, orders, outbox, pipelines, project_versions, runs, tasks,
    timers,
};

/// Writes all of it; what comes out stale or fenced is taken back as a whole.
pub(crate) fn write(connection: &Connection, commit: &Commit) -> Result<Written<Committed>, Failure> {
    if let Some(write) = &commit.task
        && !write_task(connection, write)?
    {
        return Ok(Written::Undo(Committed::Stale));
    }
    if let (Some(pipeline), Some(TaskWrite::Update { task, .. })) = (&commit.repin, &commit.task) {
        pipelines::keep(connection, &task.pipeline, pipeline)?;
        tasks::repin(connection, task)?;
    }
    if let Some(end) = &commit.job_end
        && !jobs::holds(connection, end.job, end.fence)?
    {
        return Ok(Written::Undo(Committed::Fenced));
    }
    if !write_mark(connection, commit)? {
        return Ok(Written::Undo(Committed::Stale));
    }
    if let Some(health) = &commit.account
        && !accounts::write(connection, health)?
    {
        return Ok(Written::Undo(Committed::Stale));
    }
    if !settle_effects(connection, commit)? {
        return Ok(Written::Undo(Committed::Fenced));
    }
    if let Some(logged) = &commit.log {
        project_versions::keep(connection, logged)?;
        event_log::append(connection, &logged.entry)?;
    }
    write_jobs(connection, commit)?;
    for effect in &commit.effects {
        outbox::add(connection, effect, commit.at)?;
    }
    for (task, change) in &commit.timers {
        timers::apply(connection, *task, change)?;
    }
    for delivery in &commit.acknowledge {
        deliveries::acknowledge(connection, *delivery)?;
    }
    if let Some((order, answer)) = &commit.answer {
        orders::write_answer(connection, *order, answer)?;
    }
    Ok(Written::Keep(Committed::Yes))
}

/// False when somebody else was faster.
fn write_task(connection: &Connection, write: &TaskWrite) -> Result<bool, Failure> {
    match write {
        TaskWrite::Insert(task, pipeline) => {
            pipelines::keep(connection, &task.pipeline, pipeline)?;
            tasks::insert(connection, task)
        }
        TaskWrite::Update { task, read_revision } => tasks::update(connection, task, *read_revision),
    }
}

fn write_jobs(connection: &Connection, commit: &Commit) -> Result<(), Failure> {
    let requeued = |job| commit.requeue.iter().any(|requeue| requeue.job == job);
    if let Some(end) = commit.job_end.as_ref().filter(|end| !requeued(end.job)) {
        jobs::end(connection, end)?;
    }
    for job in &commit.jobs {
        jobs::queue(connection, job, commit.at)?;
    }
    for requeue in &commit.requeue {
        jobs::requeue(connection, requeue)?;
    }
    for job in &commit.cancel {
        jobs::call_off(connection, *job)?;
    }
    if let Some(run) = &commit.run {
        runs::write(connection, run)?;
    }
    Ok(())
}

/// False when somebody else wrote it meanwhile.
fn write_mark(connection: &Connection, commit: &Commit) -> Result<bool, Failure> {
    match &commit.mark {
        Some(mark) => items::write(connection, mark),
        None => Ok(true),
    }
}

/// False when a row is not what it was when its result or its change was made.
fn settle_effects(connection: &Connection, commit: &Commit) -> Result<bool, Failure> {
    let ended = match &commit.effect_end {
        Some(end) => outbox::end(connection, end)?,
        None => true,
    };
    let changed = match &commit.effect_change {
        Some(change) => outbox::change_row(connection, change, commit.at)?,
        None => true,
    };
    Ok(ended && changed)
}
