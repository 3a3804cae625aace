//! Stages and the runs in them: what each took and cost.

use maud::{Markup, html};
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::{cost_text, duration_text, tokens_text};

use super::Work;
use crate::pages::links;
use crate::pages::moment::ago;
use crate::shown::shown;

/// A table, oldest run first.
pub(super) fn section(work: &Work, now: Timestamp) -> Markup {
    html! {
        section.card {
            h2 { "Stages and runs" }
            @if work.runs.is_empty() {
                p.muted { "No run yet. The first appears as soon as an agent is started." }
            } @else {
                div.wide {
                    table {
                        thead {
                            tr {
                                th { "Stage" } th { "Role" } th { "Run" } th { "Outcome" } th { "Started" }
                                th.number { "Duration" } th.number { "In" } th.number { "Out" } th.number { "Cost" } th { "Log" }
                            }
                        }
                        tbody { @for run in &work.runs { (row(run, now)) } }
                        tfoot { (total(work)) }
                    }
                }
            }
        }
    }
}

fn row(run: &RunRow, now: Timestamp) -> Markup {
    let usage = &run.record.usage;
    html! {
        tr {
            td { (shown(run.stage.as_str())) }
            td { (shown(run.role.as_str())) }
            td { (run.run) }
            td { (shown(&run.outcome)) }
            td { (ago(run.started_at, now)) }
            td.number { (duration_text(seconds(run, now))) }
            td.number { (tokens_text(usage.full_input())) }
            td.number { (tokens_text(usage.output_tokens)) }
            td.number { (cost_text(usage.cost_usd)) }
            td { a href=(links::run_log(run.run)) { "log" } }
        }
    }
}

fn total(work: &Work) -> Markup {
    let usage = work.task.usage();
    html! {
        tr {
            th colspan="6" { "All runs" }
            td.number { (tokens_text(usage.full_input())) }
            td.number { (tokens_text(usage.output_tokens)) }
            td.number { (cost_text(usage.cost_usd)) }
            td {}
        }
    }
}

/// What the run reported, else what the clock says.
fn seconds(run: &RunRow, now: Timestamp) -> u64 {
    match run.record.duration_ms {
        0 => run.finished_at.unwrap_or(now).since(run.started_at).as_secs(),
        reported => reported / 1_000,
    }
}
