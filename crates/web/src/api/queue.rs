//! GET `/queue`: counts, limits and the newest jobs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{JobFilter, JobRow};
use pipeline_core::port::store::tasks::TaskKey;
use serde_json::{Value, json};

use super::ApiError;
use crate::state::WebState;

const RECENT: usize = 10;

/// Answers with the queue as it stands.
pub(crate) async fn queue(State(state): State<Arc<WebState>>) -> Result<Json<Value>, ApiError> {
    let counts = state.store.counts().await?;
    let newest = state.store.jobs(JobFilter::Newest(RECENT)).await?;
    let mut recent = Vec::with_capacity(newest.len());
    for job in &newest {
        recent.push(recent_line(&state, job).await?);
    }
    Ok(Json(json!({
        "counts": {
            "queued": counts.queued,
            "running": counts.running,
            "done": counts.done,
            "failed": counts.failed,
            "cancelled": counts.cancelled,
        },
        "max_concurrency": state.limits.max_concurrency,
        "poll_interval": state.limits.poll_interval.as_secs_f64(),
        "resilience": resilience(&state),
        "held_back": state.health.held_back(),
        "recent": recent,
    })))
}

async fn recent_line(state: &WebState, job: &JobRow) -> Result<Value, StoreError> {
    let task = state.store.task(&TaskKey::Id(job.id.task)).await?;
    Ok(json!({
        "id": job.id,
        "agent": job.kind.name(),
        "repo": state.project(job.project.as_str()).map(|view| view.project.repo.as_str()),
        "status": job.status.as_str(),
        "task_content": task.map(|task| task.title),
    }))
}

/// Nothing stops claims as a whole, so the breaker is always closed; what is known of readiness stands under `preflight`.
fn resilience(state: &WebState) -> Value {
    let problems = state.health.problems();
    json!({
        "breaker": "closed",
        "preflight": {"ok": problems.is_empty(), "problems": problems},
    })
}
