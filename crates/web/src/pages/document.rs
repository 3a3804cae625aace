//! A document of a task, as the plain text that it is. Nothing in it is interpreted.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use pipeline_core::evidence::{Document, EvidenceRequest};
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::task::Task;

use super::frame::Frame;
use super::issue::documents::read_at;
use super::links;
use crate::problem::Problem;
use crate::shown::shown;
use crate::state::{ProjectView, WebState};

/// GET `/board/{project}/issues/{issue}/documents/{*path}`.
pub(super) async fn document(
    State(state): State<Arc<WebState>>,
    Path((project, issue, name)): Path<(String, String, String)>,
) -> Result<Markup, Problem> {
    let view = super::project(&state, &project)?;
    let key = TaskKey::Issue(ProjectId::new(project), IssueId::new(issue));
    let task = state.store.task(&key).await?.ok_or_else(absent)?;
    let found = find(view, &task, &name).await?;
    let up = links::issue(&task.project, &task.issue);
    let title = format!("{name} of {}", task.work_item);
    let body = html! {
        h1 { (shown(&name)) }
        @if let Some(commit) = read_at(&task) { p.muted { "As of commit " code { (commit) } } }
        @if found.lossy { p.wrong { "Some bytes are not UTF-8 and are shown as \u{FFFD}." } }
        @if found.cut { p.wrong { "The document is longer than the size limit; the end is missing here." } }
        @if found.text.trim().is_empty() { p.muted { "The document is empty." } }
        pre.document { (shown(&found.text)) }
    };
    let frame = Frame::plain(&title)
        .under(&view.project.name, links::board(&view.project.id))
        .under(task.work_item.as_str(), up);
    Ok(frame.page(&body))
}

async fn find(view: &ProjectView, task: &Task, name: &str) -> Result<Document, Problem> {
    let inside = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let commit = read_at(task).cloned();
    if !inside || commit.is_none() {
        return Err(absent());
    }
    let path = task.document(name);
    let request = EvidenceRequest {
        commit,
        paths: vec![path.clone()],
        ..EvidenceRequest::default()
    };
    let mut evidence = view.workspace.read(&request, &task.work_item).await?;
    let place = evidence
        .documents
        .iter()
        .position(|document| document.path == path);
    match (place, evidence.unavailable) {
        (Some(place), _) => Ok(evidence.documents.swap_remove(place)),
        (None, Some(why)) => Err(unreadable(&why)),
        (None, None) => Err(absent()),
    }
}

fn absent() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is no such document.")
        .advice("The issue's page lists the documents that exist.")
}

fn unreadable(why: &str) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("The repository could not be read: {why}."),
    )
    .advice("Try again in a moment.")
}
