//! The HTTP API: what runs, waits and is registered, as JSON. Reads only.

mod status;
mod queue;
mod projects;
mod jobs;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pipeline_core::port::store::StoreError;
use serde_json::json;

use crate::state::WebState;

/// The API's routes.
pub(crate) fn routes() -> Router<Arc<WebState>> {
    Router::new()
        .route("/status", get(status::status))
        .route("/queue", get(queue::queue))
        .route("/api/v1/projects", get(projects::projects))
        .route("/api/v1/jobs", get(jobs::jobs))
        .route("/api/v1/jobs/{id}", get(jobs::job))
}

/// An error as JSON: `{"error": …}`.
#[derive(Debug)]
struct ApiError(StatusCode, String);

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "failed to read our state for the API");
        Self(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}
