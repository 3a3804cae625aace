//! An issue and its task: what happens now, what a person may do, and everything that happened so far.

pub(super) mod documents;
mod act;
pub(super) mod now;
mod runs;
mod story;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::run::RunRow;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;

use self::documents::Documents;
use super::frame::{Frame, Live};
use super::links;
use super::moment::ago;
use crate::person::Person;
use crate::problem::Problem;
use crate::shown::shown;
use crate::standing::Standings;
use crate::state::{ProjectView, WebState};

/// GET `/board/{project}/issues/{issue}`.
pub(super) async fn issue(
    State(state): State<Arc<WebState>>,
    Path((project, issue)): Path<(String, String)>,
    Query(live): Query<Live>,
    headers: HeaderMap,
) -> Result<Markup, Problem> {
    let view = super::project(&state, &project)?;
    let sheet = Sheet::read(&state, view, IssueId::new(issue)).await?;
    let person = Person::remembered(&headers);
    let path = links::issue(&view.project.id, &sheet.issue);
    let body = sheet.body(&person, live.is_on());
    let frame = Frame::plain(sheet.title())
        .under(&view.project.name, links::board(&view.project.id))
        .under(&sheet.label(), path.clone())
        .look(path, live.is_on());
    Ok(frame.page(&body))
}

/// Everything that the page shows, read once.
struct Sheet<'a> {
    view: &'a ProjectView,
    issue: IssueId,
    item: Option<ItemObservation>,
    work: Option<Work>,
    now: Timestamp,
}

/// The task's part of it.
struct Work {
    task: Task,
    runs: Vec<RunRow>,
    documents: Documents,
    standings: Standings,
}

impl<'a> Sheet<'a> {
    async fn read(state: &WebState, view: &'a ProjectView, issue: IssueId) -> Result<Self, Problem> {
        let project = &view.project.id;
        let item = match &view.board {
            Some(board) => Some(
                board
                    .issue(project, &issue)
                    .await
                    .map_err(|error| back(error.into(), project))?,
            ),
            None => None,
        };
        let key = TaskKey::Issue(project.clone(), issue.clone());
        let work = match state.store.task(&key).await? {
            Some(task) => Some(Work::read(state, view, task).await?),
            None => None,
        };
        if item.is_none() && work.is_none() {
            let problem = Problem::new(StatusCode::NOT_FOUND, "There is no task for this issue.");
            return Err(back(
                problem.advice("Issues of this project live in its tracker."),
                project,
            ));
        }
        Ok(Self {
            view,
            issue,
            item,
            work,
            now: state.clock.now(),
        })
    }

    fn title(&self) -> &str {
        let task_title = || self.work.as_ref().map(|work| work.task.title.as_str());
        let item_title = self.item.as_ref().map(|item| item.title.as_str());
        item_title.or_else(task_title).unwrap_or_default()
    }

    /// `ET-012`.
    fn label(&self) -> String {
        match (&self.work, &self.item) {
            (Some(work), _) => work.task.work_item.to_string(),
            (None, Some(item)) => format!("{}-{:03}", self.view.project.prefix, item.sequence),
            (None, None) => self.issue.to_string(),
        }
    }

    fn body(&self, person: &Person, live: bool) -> Markup {
        html! {
            (self.heading())
            (now::section(self))
            @if self.item.is_some() { (act::section(self, person, live)) }
            @if let Some(work) = &self.work {
                (documents::section(&work.task, &work.documents))
                (now::outcome(self.view, &work.task))
                (runs::section(work, self.now))
            }
            (self.description())
            @if let Some(item) = &self.item { (story::comments(item, self.now)) (story::activity(item, self.now)) }
        }
    }

    fn heading(&self) -> Markup {
        html! {
            h1 { (shown(self.title())) }
            p.muted {
                (self.label())
                @if let Some(item) = &self.item {
                    " · " span.badge { @match item.column { Some(column) => (column), None => "unknown column" } }
                    " · created " (ago(item.created_at, self.now))
                    @if item.deleted { " · " strong { "deleted" } }
                }
            }
        }
    }

    fn description(&self) -> Markup {
        let of_task = || self.work.as_ref().map(|work| work.task.description.as_str());
        let text = self
            .item
            .as_ref()
            .map(|item| item.description.as_str())
            .or_else(of_task)
            .unwrap_or_default();
        html! {
            section.card {
                h2 { "Description" }
                @if text.trim().is_empty() { p.muted { "No description was written." } }
                @else { p.prose { (shown(text)) } }
            }
        }
    }
}

impl Work {
    async fn read(state: &WebState, view: &ProjectView, task: Task) -> Result<Self, Problem> {
        let runs = state.store.runs(task.id).await?;
        let documents = Documents::read(view, &task).await;
        let standings = Standings::read(state).await?;
        Ok(Self {
            task,
            runs,
            documents,
            standings,
        })
    }
}

fn back(problem: Problem, project: &ProjectId) -> Problem {
    problem.back(links::board(project))
}
