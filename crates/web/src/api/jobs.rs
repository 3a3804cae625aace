//! GET `/api/v1/jobs` and `/api/v1/jobs/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use pipeline_core::id::JobId;
use pipeline_core::port::store::jobs::{JobFilter, JobRow};
use serde::Serialize;

use super::ApiError;
use crate::state::WebState;

/// How many jobs are listed.
const LISTED: usize = 100;

#[derive(Serialize)]
pub(crate) struct Jobs {
    jobs: Vec<JobLine>,
}

#[derive(Serialize)]
pub(crate) struct JobLine {
    id: JobId,
    task: i64,
    project: String,
    repo: Option<String>,
    agent: String,
    status: &'static str,
    attempts: u32,
    created_at: String,
    available_at: String,
}

/// Answers with the newest jobs.
pub(crate) async fn jobs(State(state): State<Arc<WebState>>) -> Result<Json<Jobs>, ApiError> {
    let rows = state.store.jobs(JobFilter::Newest(LISTED)).await?;
    let jobs = rows.iter().map(|row| JobLine::of(&state, row)).collect();
    Ok(Json(Jobs { jobs }))
}

/// Answers with one job; 404 when there is none.
pub(crate) async fn job(
    State(state): State<Arc<WebState>>,
    Path(id): Path<String>,
) -> Result<Json<JobLine>, ApiError> {
    let wanted: JobId = id
        .parse()
        .map_err(|error| ApiError(StatusCode::BAD_REQUEST, format!("{error}")))?;
    let rows = state.store.jobs(JobFilter::One(wanted)).await?;
    rows.first()
        .map(|row| Json(JobLine::of(&state, row)))
        .ok_or_else(|| ApiError(StatusCode::NOT_FOUND, format!("there is no job {wanted}")))
}

impl JobLine {
    fn of(state: &WebState, row: &JobRow) -> Self {
        Self {
            id: row.id,
            task: row.id.task.0,
            project: row.project.to_string(),
            repo: state
                .project(row.project.as_str())
                .map(|view| view.project.repo.clone()),
            agent: row.kind.name().to_owned(),
            status: row.status.as_str(),
            attempts: row.fence,
            created_at: row.created_at.to_rfc3339(),
            available_at: row.available_at.to_rfc3339(),
        }
    }
}
