//! The public listener: webhooks and `/health`, nothing else.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tower_http::limit::RequestBodyLimitLayer;

use crate::readiness;
use crate::state::WebState;
use crate::webhooks::{self, BODY_LIMIT};

/// Everything that can be reached from outside.
///
/// There is no layer that answers for a handler (time limit, caught panic): a sender that takes any answer as delivered must get none then.
pub fn router(state: Arc<WebState>) -> Router {
    Router::new()
        .route("/webhook/{source}", post(webhooks::receive))
        .route("/health", get(readiness::health))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .with_state(state)
}
