//! The form for a new issue, on the board and on the page that says what was wrong with it.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use pipeline_core::stage::Column;

use super::frame::Frame;
use super::links;
use crate::person::{NAME_LIMIT, Person};
use crate::problem::Problem;
use crate::shown::shown;
use crate::state::ProjectView;

/// Columns that a new issue may be created in from the form, and what that means.
const COLUMNS: [(Column, &str); 3] = [
    (Column::Todo, "Todo: planned"),
    (Column::InProgress, "In Progress: start at once"),
    (Column::Backlog, "Backlog: not planned yet"),
];

/// What a person wrote so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Title.
    pub(crate) title: String,
    /// Description.
    pub(crate) description: String,
    /// Column.
    pub(crate) column: Column,
    /// Who writes.
    pub(crate) by: String,
}

impl Draft {
    /// Nothing yet.
    pub(crate) fn by(person: &Person) -> Self {
        Self {
            title: String::new(),
            description: String::new(),
            column: Column::Todo,
            by: person.as_str().to_owned(),
        }
    }
}

/// The form.
pub(super) fn form(view: &ProjectView, draft: &Draft, wrong: Option<&str>) -> Markup {
    html! {
        section.card {
            h2 { "New issue" }
            @if let Some(sentence) = wrong { p.wrong role="alert" { (shown(sentence)) } }
            form method="post" action=(links::issues(&view.project.id)) {
                label for="title" { "Title" }
                input #title name="title" maxlength="255" required autocomplete="off" value=(draft.title);
                label for="description" { "Description: what is wanted, and how one sees that it is there" }
                textarea #description name="description" rows="8" { "\n" (draft.description) }
                label for="column" { "Column" }
                select #column name="column" {
                    @for (column, meaning) in COLUMNS {
                        option value=(column) selected[column == draft.column] { (meaning) }
                    }
                }
                label for="by" { "Your name" }
                input #by name="by" maxlength=(NAME_LIMIT) value=(draft.by);
                button.primary type="submit" { "Create" }
            }
        }
    }
}

/// The page that says what was wrong with a draft and keeps it.
pub(crate) fn again(view: &ProjectView, draft: &Draft, problem: &Problem) -> Response {
    let frame = Frame::plain("New issue").under(&view.project.name, links::board(&view.project.id));
    let body = form(view, draft, Some(problem.sentence()));
    (problem.status(), frame.page(&body)).into_response()
}
