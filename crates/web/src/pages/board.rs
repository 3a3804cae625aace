//! The board of a project: columns that hold issues, a form for a new one, and the chat's messages.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use maud::{Markup, html};
use pipeline_core::id::IssueId;
use pipeline_core::port::board::{BoardIssue, ChatMessage};
use pipeline_core::port::store::tasks::{TaskFilter, TaskKey};
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

/// Of what is finished so many of the newest are shown: in a column, or of all projects' tasks. What is open is shown whole.
const FINISHED: usize = 100;

/// GET `/board/{project}`.
pub(super) async fn board(
    State(state): State<Arc<WebState>>,
    Path(id): Path<String>,
    Query(live): Query<Live>,
    headers: HeaderMap,
) -> Result<Markup, Problem> {
    let view = super::project(&state, &id)?;
    let project = &view.project;
    let mut look = Look {
        view,
        tasks: BTreeMap::new(),
        standings: Standings::read(&state).await?,
        now: state.clock.now(),
        live: live.is_on(),
    };
    look.know(state.store.tasks(TaskFilter::Open).await?);
    let person = Person::remembered(&headers);
    let body = match &view.board {
        Some(board) => {
            let columns = columns(board.issues(&project.id).await?);
            let cards = columns.iter().flat_map(|column| &column.newest);
            for card in cards {
                look.look_up(&state, &card.issue).await?;
            }
            let messages = board.messages(&project.id).await?;
            look.with_board(&columns, &messages, &person)
        }
        None => {
            let finished = state.store.tasks(TaskFilter::NewestFinished(FINISHED)).await?;
            let older = finished.len() == FINISHED;
            look.know(finished);
            look.without_board(older)
        }
    };
    let frame = Frame::plain(&project.name)
        .under(&project.name, links::board(&project.id))
        .look(links::board(&project.id), look.live);
    Ok(frame.page(&body))
}

struct Look<'a> {
    view: &'a ProjectView,
    tasks: BTreeMap<IssueId, Task>,
    standings: Standings,
    now: Timestamp,
    live: bool,
}

/// A column that holds issues.
struct Filled {
    column: Column,
    /// What is shown of it, in the board's order.
    newest: Vec<BoardIssue>,
    /// How many older ones it has.
    older: usize,
}

fn columns(mut issues: Vec<BoardIssue>) -> Vec<Filled> {
    let mut columns = Vec::new();
    for column in Column::ALL {
        let mut newest: Vec<BoardIssue> = issues.extract_if(.., |issue| issue.column == column).collect();
        let mut older = 0;
        if matches!(column, Column::Done | Column::Cancelled) && newest.len() > FINISHED {
            older = newest.len() - FINISHED;
            newest.sort_by_key(|issue| Reverse((issue.updated_at, issue.sequence)));
            newest.truncate(FINISHED);
            newest.sort_by_key(|issue| issue.sequence);
        }
        if !newest.is_empty() {
            columns.push(Filled {
                column,
                newest,
                older,
            });
        }
    }
    columns
}

impl Look<'_> {
    /// Those of this project are looked at.
    fn know(&mut self, tasks: Vec<Task>) {
        let project = &self.view.project.id;
        let here = tasks.into_iter().filter(|task| task.project == *project);
        self.tasks.extend(here.map(|task| (task.issue.clone(), task)));
    }

    async fn look_up(&mut self, state: &WebState, issue: &IssueId) -> Result<(), Problem> {
        if !self.tasks.contains_key(issue) {
            let key = TaskKey::Issue(self.view.project.id.clone(), issue.clone());
            self.know(state.store.task(&key).await?.into_iter().collect());
        }
        Ok(())
    }

    fn with_board(&self, columns: &[Filled], messages: &[ChatMessage], person: &Person) -> Markup {
        html! {
            h1 { (shown(&self.view.project.name)) }
            @if columns.is_empty() {
                section.card.empty {
                    p { "No issues yet. Write the first one below; moved to In Progress, it goes through the pipeline." }
                }
            } @else {
                div.columns { @for column in columns { (self.column(column)) } }
            }
            div.split {
                @if !self.live { (new_issue::form(self.view, &new_issue::Draft::by(person), None)) }
                (self.chat(messages))
            }
        }
    }

    fn column(&self, filled: &Filled) -> Markup {
        let Filled {
            column,
            newest,
            older,
        } = filled;
        html! {
            section.column {
                h2 { (column) " " span.count { (newest.len() + older) } }
                @for issue in newest { (self.card(issue)) }
                @if *older > 0 { p.muted { "The " (newest.len()) " newest are shown; " (older) " older ones are not." } }
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
    fn without_board(&self, older: bool) -> Markup {
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
            @if older {
                p.muted {
                    "Of the finished tasks of all projects only the " (FINISHED) " newest are looked at here; "
                    code { "orchctl status --all" } " lists every one."
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
