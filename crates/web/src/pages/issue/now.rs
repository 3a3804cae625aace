//! What happens now: the task's state, what it waits for, what is asked; and what came of it in the end.

use maud::{Markup, html};
use pipeline_core::progress::Activity;
use pipeline_core::task::{Ask, Task, TaskState, Wait};
use pipeline_core::usage::{cost_text, tokens_text};
use pipeline_core::why::explain;

use super::Sheet;
use crate::pages::moment::ago;
use crate::shown::shown;
use crate::state::ProjectView;

/// The state and the sentence that explains it.
pub(super) fn section(sheet: &Sheet<'_>) -> Markup {
    let Some(work) = &sheet.work else {
        return html! {
            section.card.now {
                h2 { "Not started" }
                p { "No task yet. Start it, and the pipeline takes it from there." }
            }
        };
    };
    let task = &work.task;
    let why = explain(task);
    html! {
        section class={ "card now " (task.state.name()) } {
            h2 { (task.stage) " · " (task.state.name()) }
            p { strong { (waits_label(task)) } (shown(&why.waits_for)) }
            p { strong { "Ended by: " } (shown(&why.ended_by)) }
            @for standing in work.standings.of(task.id) {
                @if let Some(stall) = &standing.progress.stall {
                    p { span.badge.stalled { "stalled" } " Run " (standing.run) " is " (stall.sentence()) "." }
                } @else {
                    p.muted { "Run " (standing.run) ": " (standing.progress.sentence(sheet.now)) }
                    @if let Some(does) = standing.activity.as_ref().and_then(Activity::sentence) {
                        p.muted { (shown(&does)) }
                    }
                }
            }
            @if let Some(ask) = asked(task) { (question(ask)) }
            p.muted {
                "since " (ago(task.since, sheet.now)) " · branch " code { (shown(task.branch.as_str())) }
                " · " (tokens_text(task.usage().full_input())) " in, " (tokens_text(task.usage().output_tokens)) " out, "
                (cost_text(task.usage().cost_usd))
            }
            @if let Some(bounce) = task.bounces.last() {
                p.muted { "Last sent back from " (bounce.from) " (" (bounce.cause) "): " (shown(&bounce.reason)) }
            }
        }
    }
}

/// A blocked task has no wait to name but a reason.
pub(in crate::pages) fn waits_label(task: &Task) -> &'static str {
    if matches!(task.state, TaskState::Blocked { .. }) {
        "Stopped: "
    } else {
        "Waits for: "
    }
}

fn asked(task: &Task) -> Option<&Ask> {
    match &task.state {
        TaskState::Waiting(Wait::Human(ask)) => Some(ask),
        TaskState::Waiting(Wait::Answers | Wait::Ci | Wait::Dependency | Wait::Budget)
        | TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => None,
    }
}

fn question(ask: &Ask) -> Markup {
    match ask {
        Ask::Documents { .. } => html! {
            p { "You are asked: are these documents right? Read them below, then approve or reject." }
        },
        Ask::ProtectedPaths { head, paths, .. } => html! {
            p { "You are asked: may commit " code { (head) } " change these protected files?" }
            ul { @for path in paths { li { code { (shown(path)) } } } }
        },
        Ask::ForgeReview => html! {
            p { "You are asked: is the pull request right? Review it in the forge." }
        },
        Ask::ForeignHead { head } => html! {
            p { "You are asked: is commit " code { (head) } ", which is not ours, wanted on the branch?" }
        },
    }
}

/// Where the change went.
pub(super) fn outcome(view: &ProjectView, task: &Task) -> Markup {
    html! {
        @if task.merged.is_some() || task.pull_request.is_some() {
            section.card {
                h2 { "Result" }
                @if let Some(number) = task.pull_request { p { "Pull request #" (number) } }
                @match &task.merged {
                    Some(commit) => {
                        p { "Merged into " code { (shown(view.project.default_branch.as_str())) } " as " code { (commit) } "." }
                        @if let Some(hint) = &view.result_hint { p { "Get it: " code { (shown(hint)) } } }
                    },
                    None => p.muted { "Not merged yet." },
                }
            }
        }
    }
}
