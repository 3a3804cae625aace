//! The board's pages: plain HTML that works without scripts. Reads only; what a person does goes to `actions`.

pub(crate) mod frame;
pub(crate) mod links;
mod moment;
mod projects;
mod board;
pub(crate) mod new_issue;
mod issue;
mod document;
mod run_log;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::problem::Problem;
use crate::state::{ProjectView, WebState};

const STYLE: &str = include_str!("../assets/board.css");

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<WebState>> {
    Router::new()
        .route("/", get(projects::projects))
        .route("/board/{project}", get(board::board))
        .route("/board/{project}/issues/{issue}", get(issue::issue))
        .route(
            "/board/{project}/issues/{issue}/documents/{*path}",
            get(document::document),
        )
        .route("/runs/{run}/log", get(run_log::run_log))
        .route("/assets/board.css", get(style))
}

/// The project of a path, or the page that says that there is none.
pub(crate) fn project<'a>(state: &'a WebState, id: &str) -> Result<&'a ProjectView, Problem> {
    state.project(id).ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, format!("There is no project '{id}'."))
            .advice("The projects are named in the daemon's settings; the start page lists them.")
    })
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
