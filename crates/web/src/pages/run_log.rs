//! The end of what a run wrote.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use pipeline_core::id::RunId;
use pipeline_core::port::store::tasks::TaskKey;

use super::frame::{Frame, Live};
use super::links;
use crate::problem::Problem;
use crate::shown::shown;
use crate::state::WebState;

/// How much of the log is shown, in bytes.
const TAIL_BYTES: usize = 64 * 1024;

/// GET `/runs/{run}/log`.
pub(super) async fn run_log(
    State(state): State<Arc<WebState>>,
    Path(run): Path<String>,
    Query(live): Query<Live>,
) -> Result<Markup, Problem> {
    let run: RunId = run
        .parse()
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("Error: {error}.")))?;
    let text = state.run_log.tail(&run, TAIL_BYTES).await?;
    let task = state.store.task(&TaskKey::Id(run.job.task)).await?;
    let title = format!("Log of run {run}");
    let mut frame = Frame::plain(&title).look(links::run_log(run), live.is_on());
    if let Some(task) = &task {
        frame = frame
            .under(task.project.as_str(), links::board(&task.project))
            .under(task.work_item.as_str(), links::issue(&task.project, &task.issue));
    }
    let body = html! {
        h1 { (title) }
        p.muted { "The last " (TAIL_BYTES / 1024) " KiB. The whole log: " code { (state.run_log.place(&run)) } }
        @if text.is_empty() {
            p.card.empty { "The run has not written anything yet." }
        } @else {
            pre.document { (shown(&text)) }
        }
    };
    Ok(frame.page(&body))
}
