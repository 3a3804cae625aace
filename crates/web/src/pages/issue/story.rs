//! What was said and who moved the issue.

use maud::{Markup, html};
use pipeline_core::observation::{ItemComment, ItemObservation, StateActivity};
use pipeline_core::time::Timestamp;

use crate::pages::moment::{ago, moment};
use crate::shown::shown;

/// The comments, oldest first.
pub(super) fn comments(item: &ItemObservation, now: Timestamp) -> Markup {
    html! {
        section.card {
            h2 { "Comments " span.count { (item.comments.len()) } }
            @if item.comments.is_empty() { p.muted { "Nobody wrote anything yet." } }
            @for comment in &item.comments { (one(comment, now)) }
        }
    }
}

fn one(comment: &ItemComment, now: Timestamp) -> Markup {
    html! {
        article.comment.own[comment.own] {
            p.muted { strong { (shown(&comment.author)) } " · " (ago(comment.at, now)) }
            p.prose { (shown(&comment.text)) }
        }
    }
}

/// The moves, oldest first.
pub(super) fn activity(item: &ItemObservation, now: Timestamp) -> Markup {
    html! {
        section.card {
            h2 { "Activity" }
            ul.plain {
                li.muted {
                    "created " (moment(item.created_at))
                    @if let Some(column) = item.created_in { " in " (column) }
                }
                @for activity in &item.activities { li { (line(activity, now)) } }
            }
        }
    }
}

fn line(activity: &StateActivity, now: Timestamp) -> Markup {
    html! {
        strong { (shown(&activity.actor)) }
        " moved it to "
        @match activity.to { Some(column) => (column), None => "a column of another board" }
        " " span.muted { (ago(activity.at, now)) }
    }
}
