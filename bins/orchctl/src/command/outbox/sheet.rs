//! The list of effects as it is shown.

use std::collections::BTreeMap;

use pipeline_core::id::{TaskId, WorkItemId};
use pipeline_core::port::store::outbox::{EffectStatus, OutboxRow};
use serde::Serialize;

use crate::output::Show;
use crate::text;
use crate::view::daemon::DaemonLine;
use crate::view::effect::EffectLine;

/// Effects that are not done, with how many of which.
#[derive(Serialize)]
pub(super) struct OutboxSheet {
    counts: Counts,
    effects: Vec<Line>,
    daemon: DaemonLine,
}

#[derive(Serialize, Default)]
struct Counts {
    pending: usize,
    in_flight: usize,
    ambiguous: usize,
    dead: usize,
}

#[derive(Serialize)]
struct Line {
    work_item: Option<WorkItemId>,
    #[serde(flatten)]
    effect: EffectLine,
}

impl OutboxSheet {
    /// The rows, with the names of their tasks.
    pub(super) fn of(rows: &[&OutboxRow], names: &BTreeMap<TaskId, WorkItemId>, daemon: DaemonLine) -> Self {
        let count = |status| rows.iter().filter(|row| row.status == status).count();
        let line = |row: &&OutboxRow| Line {
            work_item: row.effect.task.and_then(|task| names.get(&task).cloned()),
            effect: EffectLine::of(row),
        };
        Self {
            counts: Counts {
                pending: count(EffectStatus::Pending),
                in_flight: count(EffectStatus::InFlight),
                ambiguous: count(EffectStatus::Ambiguous),
                dead: count(EffectStatus::Dead),
            },
            effects: rows.iter().map(line).collect(),
            daemon,
        }
    }
}

impl Show for OutboxSheet {
    fn text(&self) -> String {
        let Counts {
            pending,
            in_flight,
            ambiguous,
            dead,
        } = self.counts;
        let mut parts = vec![format!(
            "{pending} waiting, {in_flight} being sent, {ambiguous} may have arrived, {dead} dead"
        )];
        if !self.effects.is_empty() {
            parts.push(text::table(
                [
                    "KEY",
                    "TASK",
                    "WHAT",
                    "SYSTEM",
                    "NEED",
                    "STATUS",
                    "TRIES",
                    "DUE",
                    "LAST ANSWER",
                ],
                self.effects.iter().map(|line| {
                    let work_item = line.work_item.as_ref();
                    line.effect
                        .listed(work_item.map_or_else(|| "-".to_owned(), ToString::to_string))
                }),
            ));
        }
        parts.extend(self.daemon.warning());
        parts.join("\n\n")
    }
}
