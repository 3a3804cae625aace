//! The start page: the projects, or the only one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::frame::Frame;
use super::links;
use crate::shown::shown;
use crate::state::{ProjectView, WebState};

/// GET `/`.
pub(super) async fn projects(State(state): State<Arc<WebState>>) -> Response {
    if let [only] = state.projects.as_slice() {
        return Redirect::to(&links::board(&only.project.id)).into_response();
    }
    let body = html! {
        h1 { "Projects" }
        @if state.projects.is_empty() {
            section.card.empty {
                p { "No project is configured yet. Add one to the settings file and restart the daemon; " code { "orchctl doctor" } " checks it." }
            }
        }
        ul.plain.grid {
            @for view in &state.projects { li { (line(view)) } }
        }
    };
    Frame::plain("Projects").page(&body).into_response()
}

fn line(view: &ProjectView) -> Markup {
    let project = &view.project;
    html! {
        a.card.link href=(links::board(&project.id)) {
            strong { (shown(&project.name)) }
            span.muted { (project.prefix) " · " (shown(&project.repo)) " · tracker " (view.tracker) ", forge " (view.forge) }
        }
    }
}
