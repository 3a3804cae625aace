//! GET `/api/v1/projects`: the running registry.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::state::{ProjectView, WebState};

#[derive(Serialize)]
pub(crate) struct Projects {
    projects: Vec<ProjectLine>,
    staging: bool,
}

#[derive(Serialize)]
struct ProjectLine {
    id: String,
    name: String,
    repo: String,
    prefix: String,
    default_branch: String,
    tracker: &'static str,
    forge: &'static str,
    staging: bool,
}

/// Answers with every project, and whether this is a staging installation.
pub(crate) async fn projects(State(state): State<Arc<WebState>>) -> Json<Projects> {
    Json(Projects {
        projects: state.projects.iter().map(ProjectLine::of).collect(),
        staging: state.staging,
    })
}

impl ProjectLine {
    fn of(view: &ProjectView) -> Self {
        let project = &view.project;
        Self {
            id: project.id.to_string(),
            name: project.name.clone(),
            repo: project.repo.clone(),
            prefix: project.prefix.clone(),
            default_branch: project.default_branch.to_string(),
            tracker: view.tracker,
            forge: view.forge,
            staging: project.staging,
        }
    }
}
