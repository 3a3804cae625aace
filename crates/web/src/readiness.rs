//! `/health`: the port is open. `/ready`: the daemon does its work. Neither touches the store.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::state::WebState;

/// GET `/health`.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({"status": "ok", "service": "orchestrator"}))
}

/// GET `/ready`.
pub(crate) async fn ready(State(state): State<Arc<WebState>>) -> Response {
    let problems = state.health.problems();
    if problems.is_empty() {
        return Json(json!({"status": "ready", "held_back": state.health.held_back()})).into_response();
    }
    let answer = json!({"status": "not ready", "problems": problems, "held_back": state.health.held_back()});
    (StatusCode::SERVICE_UNAVAILABLE, Json(answer)).into_response()
}
