//! GET `/status`: the tasks that are not done and what each waits for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::progress::Stall;
use pipeline_core::task::Task;
use pipeline_core::why::explain;
use serde::Serialize;
use serde_json::{Value, json};

use super::ApiError;
use crate::standing::{Standing, Standings};
use crate::state::WebState;

#[derive(Serialize)]
struct TaskLine<'a> {
    id: i64,
    project: String,
    work_item: String,
    title: String,
    stage: String,
    state: &'static str,
    since: String,
    waits_for: String,
    ended_by: String,
    /// Of a run of it that does nothing any more.
    stalled: Option<String>,
    /// How the runs under way stand.
    runs: &'a [Standing],
}

/// Answers with every open task, oldest first.
pub(crate) async fn status(State(state): State<Arc<WebState>>) -> Result<Json<Value>, ApiError> {
    let open = state.store.tasks(TaskFilter::Open).await?;
    let standings = Standings::read(&state).await?;
    let tasks: Vec<TaskLine<'_>> = open.iter().map(|task| TaskLine::of(task, &standings)).collect();
    Ok(Json(json!({ "tasks": tasks })))
}

impl<'a> TaskLine<'a> {
    fn of(task: &Task, standings: &'a Standings) -> Self {
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
            stalled: standings.stall(task.id).map(Stall::sentence),
            runs: standings.of(task.id),
        }
    }
}
