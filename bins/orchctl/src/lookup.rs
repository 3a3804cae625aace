//! Finds the task that an argument names.

use pipeline_core::id::{TaskId, WorkItemId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{TaskFilter, TaskKey, TaskStore};
use pipeline_core::task::Task;
use store_sqlite::SqliteStore;

use crate::failure::Failure;
use crate::text;

/// Open tasks that an error names.
const NAMED: usize = 10;

/// The task with this id or work item; case does not matter.
pub(crate) async fn task(store: &SqliteStore, wanted: &str) -> Result<Task, Failure> {
    for key in keys(wanted.trim()) {
        if let Some(task) = store.task(&key).await? {
            return Ok(task);
        }
    }
    Err(Failure::NoTask {
        wanted: text::short_line(wanted, 60),
        known: known(store).await?,
    })
}

fn keys(wanted: &str) -> Vec<TaskKey> {
    let mut keys = Vec::new();
    if let Ok(id) = wanted.parse() {
        keys.push(TaskKey::Id(TaskId(id)));
    }
    for name in [wanted.to_owned(), wanted.to_uppercase()] {
        keys.push(TaskKey::WorkItem(WorkItemId::new(name)));
    }
    keys
}

async fn known(store: &SqliteStore) -> Result<String, StoreError> {
    let open = store.tasks(TaskFilter::Open).await?;
    if open.is_empty() {
        return Ok("no task is open".to_owned());
    }
    let names: Vec<String> = open
        .iter()
        .take(NAMED)
        .map(|task| format!("{} ({})", task.id, task.work_item))
        .collect();
    let more = match open.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok(format!("open are {}{more}", names.join(", ")))
}
