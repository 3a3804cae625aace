//! What a person may do: one form, many buttons. The comment button stands first in the source, because it is the one that Enter presses.

use maud::{Markup, html};
use pipeline_core::stage::Column;
use pipeline_core::task::{TaskState, Wait};

use super::Sheet;
use crate::pages::links;
use crate::person::{NAME_LIMIT, Person};

/// The step that a person most likely wants now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likely {
    Decide,
    Start(&'static str),
    Nothing,
}

/// The form. A live page has no text fields, because loading it again would empty them.
pub(super) fn section(sheet: &Sheet<'_>, person: &Person, live: bool) -> Markup {
    let likely = likely(sheet);
    html! {
        section.card.act {
            h2 { "What you can do" }
            form method="post" action=(act(sheet, "comment")) {
                @if live {
                    p.muted { "Stop live to write a comment or a reason, or to move the issue." }
                    div.buttons { (approve(sheet, likely)) (start(sheet, likely)) }
                } @else {
                    (fields(person))
                    div.buttons {
                        button type="submit" { "Comment" }
                        (approve(sheet, likely))
                        button.danger formaction=(act(sheet, "reject")) { "Reject with this reason" }
                        (start(sheet, likely))
                    }
                    (moves(sheet))
                }
            }
        }
    }
}

fn fields(person: &Person) -> Markup {
    html! {
        label for="text" { "Comment, answer, or the reason of a rejection" }
        textarea #text name="text" rows="4" {}
        label for="by" { "Your name" }
        input #by name="by" maxlength=(NAME_LIMIT) value=(person.as_str());
    }
}

fn approve(sheet: &Sheet<'_>, likely: Likely) -> Markup {
    html! { button.primary[likely == Likely::Decide] formaction=(act(sheet, "approve")) { "Approve" } }
}

fn start(sheet: &Sheet<'_>, likely: Likely) -> Markup {
    let (primary, label) = match likely {
        Likely::Start(label) => (true, label),
        Likely::Decide | Likely::Nothing => (false, "In Progress"),
    };
    html! { button.primary[primary] formaction=(act(sheet, "start")) { (label) } }
}

fn moves(sheet: &Sheet<'_>) -> Markup {
    let here = sheet.item.as_ref().and_then(|item| item.column);
    html! {
        div.move {
            label for="column" { "Move to" }
            select #column name="column" {
                @for column in Column::ALL { option value=(column) selected[Some(column) == here] { (column) } }
            }
            button formaction=(act(sheet, "move")) { "Move" }
        }
    }
}

fn likely(sheet: &Sheet<'_>) -> Likely {
    let Some(work) = &sheet.work else {
        return Likely::Start("Start");
    };
    match &work.task.state {
        TaskState::Waiting(Wait::Human(_)) => Likely::Decide,
        TaskState::Waiting(Wait::Answers) => Likely::Start("Go on with my answer"),
        TaskState::Blocked { .. } => Likely::Start("Restart"),
        TaskState::Waiting(Wait::Ci | Wait::Dependency | Wait::Budget)
        | TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Merging { .. }
        | TaskState::Done
        | TaskState::Cancelled => Likely::Nothing,
    }
}

fn act(sheet: &Sheet<'_>, what: &str) -> String {
    links::act(&sheet.view.project.id, &sheet.issue, what)
}
