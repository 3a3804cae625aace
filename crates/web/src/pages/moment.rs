//! Times and durations as people read them.

use maud::{Markup, html};
use pipeline_core::time::Timestamp;
use pipeline_core::usage::duration_text;

/// `2026-11-21 06:10:13 UTC`.
pub(super) fn moment(at: Timestamp) -> Markup {
    let exact = at.to_rfc3339();
    html! { time datetime=(exact) { (exact.replace('T', " ").replace('Z', " UTC")) } }
}

/// `4m 12s ago`, with the moment itself on hovering.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> Markup {
    let exact = at.to_rfc3339();
    html! { time datetime=(exact) title=(exact) { (duration_text(now.since(at).as_secs())) " ago" } }
}
