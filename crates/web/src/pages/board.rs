//! The board of a project: columns that hold issues, a form for a new one, and the chat's messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use maud::{Markup, html};
use pipeline_core::id::IssueId;
use pipeline_core::port::board::{Board, BoardIssue, ChatMessage};
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::stage::Column;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::why::explain;

use super::frame::{Frame, Live};
use super::issue::now::waits_label;
use super::moment::ago;
use super::{links, new_issue};
use crate::person::Person;
use crate::problem::Problem;
use crate::shown::shown;
use crate::standing::Standings;
use crate::state::{ProjectView, WebState};

/// How many of the newest chat messages are shown.
const MESSAGES: usize = 20;

/// GET `/board/{project}`.
pub(super) async fn board(
    State(state): State<Arc<WebState>>,
    Path(id): Path<String>,
    Query(live): Query<Live>,
    headers: HeaderMap,
) -> Result<Markup, Problem> {
    let view = super::project(&state, &id)?;
    let project = &view.project;
    let all = state.store.tasks(TaskFilter::All).await?;
    let tasks: BTreeMap<&IssueId, &Task> = all
        .iter()
        .filter(|task| task.project == project.id)
        .map(|task| (&task.issue, task))
        .collect();
    let look = Look {
        view,
        tasks,
        standings: Standings::read(&state).await?,
        now: state.clock.now(),
        live: live.is_on(),
    };
    let person = Person::remembered(&headers);
    let body = match &view.board {
        Some(board) => look.with_board(board.as_ref(), &person).await?,
        None => look.without_board(),
    };
    let frame = Frame::plain(&project.name)
        .under(&project.name, links::board(&project.id))
        .look(links::board(&project.id), look.live);
    Ok(frame.page(&body))
}

struct Look<'a> {
    view: &'a ProjectView,
    tasks: BTreeMap<&'a IssueId, &'a Task>,
    standings: Standings,
    now: Timestamp,
    live: bool,
}

impl Look<'_> {
    async fn with_board(&self, board: &dyn Board, person: &Person) -> Result<Markup, Problem> {
        let project = &self.view.project;
        let issues = board.issues(&project.id).await?;
        let messages = board.messages(&project.id).await?;
        Ok(html! {
            h1 { (shown(&project.name)) }
            @if issues.is_empty() {
                section.card.empty {
                    p { "No issues yet. Write the first one below; moved to In Progress, it goes through the pipeline." }
                }
            } @else {
                (self.columns(&issues))
            }
            div.split {
                @if !self.live { (new_issue::form(self.view, &new_issue::Draft::by(person), None)) }
                (self.chat(&messages))
            }
        })
    }

    fn columns(&self, issues: &[BoardIssue]) -> Markup {
        html! {
            div.columns {
                @for column in Column::ALL {
                    @let here: Vec<&BoardIssue> = issues.iter().filter(|issue| issue.column == column).collect();
                    @if !here.is_empty() {
                        section.column {
                            h2 { (column) " " span.count { (here.len()) } }
                            @for issue in here { (self.card(issue)) }
                        }
                    }
                }
            }
        }
    }

    fn card(&self, issue: &BoardIssue) -> Markup {
        let project = &self.view.project;
        let task = self.tasks.get(&issue.issue);
        html! {
            a.card.link href=(links::issue(&project.id, &issue.issue)) {
                span.muted {
                    @match task {
                        Some(task) => (task.work_item),
                        None => { (project.prefix) "-" (format!("{:03}", issue.sequence)) },
                    }
                    " · " (ago(issue.updated_at, self.now))
                }
                strong { (shown(&issue.title)) }
                @if let Some(task) = task { (state_line(task, &self.standings)) }
            }
        }
    }

    fn chat(&self, messages: &[ChatMessage]) -> Markup {
        html! {
            section.card {
                h2 { "Messages" }
                @if messages.is_empty() {
                    p.muted { "Nothing was said yet. Progress and alerts of this project's tasks appear here." }
                }
                @for message in messages.iter().rev().take(MESSAGES) {
                    article.message.alert[message.alert] {
                        p.muted { @if message.alert { strong { "Alert" } " · " } (ago(message.at, self.now)) }
                        p.prose { (shown(&message.text)) }
                    }
                }
            }
        }
    }

    /// The tracker has pages of its own; what is ours to show are the tasks.
    fn without_board(&self) -> Markup {
        html! {
            h1 { (shown(&self.view.project.name)) }
            p.muted { "Issues of this project live in its tracker (" (self.view.tracker) "). These are its tasks." }
            @if self.tasks.is_empty() {
                section.card.empty { p { "No tasks yet. Move an issue to In Progress in the tracker to start one." } }
            }
            ul.plain.grid {
                @for task in self.tasks.values() {
                    li {
                        a.card.link href=(links::issue(&task.project, &task.issue)) {
                            span.muted { (task.work_item) " · " (ago(task.since, self.now)) }
                            strong { (shown(&task.title)) }
                            (state_line(task, &self.standings))
                        }
                    }
                }
            }
        }
    }
}

fn state_line(task: &Task, standings: &Standings) -> Markup {
    html! {
        span.state { (task.stage) " · " span class={ "badge " (task.state.name()) } { (task.state.name()) } }
        @if standings.stall(task.id).is_some() { span.badge.stalled { "stalled" } }
        @if !task.is_over() { span.muted { (waits_label(task)) (shown(&explain(task).waits_for)) } }
    }
}
