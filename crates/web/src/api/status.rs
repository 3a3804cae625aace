//! GET `/status`: the tasks that are not done and what each waits for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::task::Task;
use pipeline_core::why::explain;
use serde::Serialize;

use super::ApiError;
use crate::state::WebState;

#[derive(Serialize)]
pub(crate) struct Status {
    tasks: Vec<TaskLine>,
}

#[derive(Serialize)]
struct TaskLine {
    id: i64,
    project: String,
    work_item: String,
    title: String,
    stage: String,
    state: &'static str,
    since: String,
    waits_for: String,
    ended_by: String,
}

/// Answers with every open task, oldest first.
pub(crate) async fn status(State(state): State<Arc<WebState>>) -> Result<Json<Status>, ApiError> {
    let open = state.store.tasks(TaskFilter::Open).await?;
    let tasks = open.iter().map(TaskLine::of).collect();
    Ok(Json(Status { tasks }))
}

impl TaskLine {
    fn of(task: &Task) -> Self {
        let why = explain(task);
        Self {
            id: task.id.0,
            project: task.project.to_string(),
            work_item: task.work_item.to_string(),
            title: task.title.clone(),
            stage: task.stage.to_string(),
            state: task.state.name(),
            since: task.since.to_rfc3339(),
            waits_for: why.waits_for,
            ended_by: why.ended_by,
        }
    }
}
