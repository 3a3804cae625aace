//! Moves that an issue shows before its activities do. A row usually follows and is the order; if none does, the sweep takes the move itself.
//! Kept in memory: after a restart the time begins anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::order::BoardOrder;
use pipeline_core::orders::{ItemMark, order_without_row, unexplained};
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;

/// How long a row may take (behaviour §5).
const PATIENCE: Duration = Duration::from_secs(120);

/// Where issues stand without an activity that says so, and since when that is known.
#[derive(Debug, Default)]
pub(crate) struct Sightings(Mutex<BTreeMap<(ProjectId, IssueId), (Column, Timestamp)>>);

impl Sightings {
    /// The order of a move that has been without an activity for two minutes.
    pub(super) fn overdue(
        &self,
        item: &ItemObservation,
        mark: &ItemMark,
        now: Timestamp,
    ) -> Option<BoardOrder> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let issue = (mark.project.clone(), item.issue.clone());
        let Some(column) = unexplained(item, mark) else {
            seen.remove(&issue);
            return None;
        };
        let known = seen.get(&issue).filter(|(before, _)| *before == column);
        let since = known.map_or(now, |(_, since)| *since);
        if now.since(since) < PATIENCE {
            seen.insert(issue, (column, since));
            return None;
        }
        order_without_row(column, since)
    }
}
