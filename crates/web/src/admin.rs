//! The admin listener: readiness, the API and the board, all behind the check of who is calling.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::guard::{self, AllowedHosts};
use crate::problem::Problem;
use crate::state::WebState;
use crate::{actions, api, pages, readiness};

/// Largest form, in bytes: a description of 256 KiB in which every byte is written as `%XX`, and some room.
const FORM_LIMIT: usize = 1024 * 1024;
/// Time for a whole request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Everything for operators; `bound` is the listener's own address, by which it may be called.
pub fn router(state: Arc<WebState>, bound: SocketAddr) -> Router {
    let allowed = Arc::new(AllowedHosts::new(bound, &state.allowed_hosts));
    let guarded = Router::new()
        .route("/ready", get(readiness::ready))
        .merge(api::routes())
        .merge(pages::routes())
        .merge(actions::routes())
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "There is no such page."))
        .layer(from_fn_with_state(allowed, guard::check));
    // Monitors call by whatever address they have; `/health` says nothing to protect.
    let router = Router::new()
        .route("/health", get(readiness::health))
        .merge(guarded)
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_TIMEOUT,
        ))
        .layer(CatchPanicLayer::new())
        .with_state(state);
    with_headers(router)
}

/// `same-origin` and not `no-referrer`: with the latter, browsers send `Origin: null` with our own forms.
fn with_headers(router: Router) -> Router {
    let headers: [(HeaderName, &'static str); 4] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    headers.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(
            name,
            HeaderValue::from_static(value),
        ))
    })
}
