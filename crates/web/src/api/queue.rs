//! GET `/queue`: counts, limits and the newest jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{JobFilter, JobRow};
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::resilience::{AccountSheet, Standing};
use serde::Serialize;
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
        "resilience": resilience(&state).await?,
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

/// The breaker as a whole is as open as that of the worst provider; `preflight` names what is wrong with the daemon or a provider. Each
/// provider stands under `providers`.
async fn resilience(state: &WebState) -> Result<Value, StoreError> {
    let now = state.clock.now();
    let accounts = state.store.accounts().await?;
    let providers: BTreeMap<&str, AccountSheet> = accounts
        .iter()
        .map(|health| (health.account.as_str(), health.sheet(now)))
        .collect();
    let breaker = providers.values().map(|sheet| openness(sheet.breaker)).max();
    let mut problems = state.health.problems();
    for (name, sheet) in &providers {
        let found = sheet.preflight.iter().flat_map(|made| &made.problems);
        problems.extend(found.map(|problem| format!("{name}: {problem}")));
    }
    Ok(json!({
        "breaker": breaker.unwrap_or(Openness::Closed),
        "preflight": {"ok": problems.is_empty(), "problems": problems},
        "providers": providers,
    }))
}

/// In the order of how bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Openness {
    Closed,
    HalfOpen,
    Open,
}

fn openness(standing: Standing) -> Openness {
    match standing {
        Standing::Closed => Openness::Closed,
        Standing::HalfOpen => Openness::HalfOpen,
        Standing::Open | Standing::Paused | Standing::OutOfOrder => Openness::Open,
    }
}
