//! At what moment of its life a task is, as the store tells it: the boundary that a kill hits.

use std::path::Path;

use app::places::Places;
use pipeline_core::port::store::outbox::{OutboxFilter, OutboxRow};
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::port::store::{Store, StoreError};
use pipeline_core::run::RunRow;
use pipeline_core::task::{Task, TaskState, Wait};

use super::doors::Doors;
use super::processes;
use super::waiting::block_on;

/// What the daemon of a home was last known to do; `start-up` when it cannot be told yet.
#[must_use]
pub fn of_home(doors: Doors, home: &Path) -> &'static str {
    let Some(store) = (doors.store)(&Places::in_directory(home)) else {
        return "start-up";
    };
    block_on(look(store.as_ref(), home)).unwrap_or("start-up")
}

/// The jobs that are being carried out.
#[must_use]
pub fn jobs(doors: Doors, home: &Path) -> Vec<String> {
    let Some(store) = (doors.store)(&Places::in_directory(home)) else {
        return Vec::new();
    };
    let leased = block_on(store.leased()).unwrap_or_default();
    leased.iter().map(|job| job.id.to_string()).collect()
}

async fn look(store: &dyn Store, home: &Path) -> Result<&'static str, StoreError> {
    let effects = store.effects(OutboxFilter::Open).await?;
    let tasks = store.tasks(TaskFilter::Open).await?;
    let Some(newest) = tasks.iter().max_by_key(|task| task.since) else {
        let words = if effects.is_empty() { "idle" } else { "last words" };
        return Ok(words);
    };
    let runs = store.runs(newest.id).await?;
    Ok(of_task(newest, &effects, &runs, home))
}

fn of_task(task: &Task, effects: &[OutboxRow], runs: &[RunRow], home: &Path) -> &'static str {
    let has_words = effects
        .iter()
        .any(|row| row.effect.task == Some(task.id) && row.effect.kind.name() == "comment");
    match &task.state {
        TaskState::Starting => "start of branch",
        TaskState::Working { .. } => of_run(runs, home),
        TaskState::Publishing { .. } => "push",
        _ if has_words => "comment",
        TaskState::Gathering { .. } => "evidence",
        TaskState::Waiting(Wait::Ci) => "ci",
        TaskState::Waiting(Wait::Human(_) | Wait::Answers | Wait::Dependency | Wait::Budget) => "human",
        TaskState::Merging { .. } => "merge",
        TaskState::Blocked { .. } => "blocked",
        TaskState::Done | TaskState::Cancelled => "idle",
    }
}

/// A run without a living runner has not begun yet, or has ended and is not taken over yet.
fn of_run(runs: &[RunRow], home: &Path) -> &'static str {
    let Some(run) = runs.iter().find(|run| run.finished_at.is_none()) else {
        return "launch";
    };
    let place = Places::in_directory(home).runs().join(run.run.to_string());
    if process::lock_held(&place).unwrap_or(false) && processes::agent(&place).is_some() {
        "run in flight"
    } else if process::stdout_log(&place).exists() {
        "harvest"
    } else {
        "launch"
    }
}
