//! Issues that wait for themselves. A tracker tells what an issue waits for, not what that waits for in turn: it is asked issue by issue.

use std::collections::{BTreeSet, VecDeque};

use pipeline_core::id::IssueId;
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::port::tracker::Tracker;
use pipeline_core::stage::Column;
use pipeline_core::task::{Resume, TaskState, Wait};

use crate::context::{Context, ProjectPorts};

/// More issues than this are not read for one; a longer cycle only waits.
const MOST: usize = 200;

/// The issue has to wait if it is to start: whether it waits for itself makes a difference.
pub(super) async fn matters(
    context: &Context,
    ports: &ProjectPorts,
    item: &ItemObservation,
) -> Result<bool, StoreError> {
    if item.blocked_by.iter().all(|blocker| blocker.finished) {
        return Ok(false);
    }
    let key = TaskKey::Issue(ports.project.id.clone(), item.issue.clone());
    let is_ordered = item.column == Some(Column::InProgress);
    Ok(match context.store.task(&key).await?.map(|task| task.state) {
        None => is_ordered,
        Some(TaskState::Waiting(Wait::Dependency)) => true,
        Some(TaskState::Blocked {
            resume: Resume::Start,
            ..
        }) => is_ordered,
        Some(
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled,
        ) => false,
    })
}

/// Notes which blocker waits for the issue again, and over which others.
pub(super) async fn note(tracker: &dyn Tracker, item: &mut ItemObservation) -> Result<(), PortError> {
    let mut seen = BTreeSet::new();
    for blocker in item.blocked_by.iter_mut().filter(|blocker| !blocker.finished) {
        blocker.leads_back = way_back(tracker, (&blocker.issue, &item.issue), &mut seen).await?;
        if blocker.leads_back.is_some() {
            break;
        }
    }
    Ok(())
}

/// The names of the issues on the shortest way that the blockers make, the end included.
async fn way_back(
    tracker: &dyn Tracker,
    (from, to): (&IssueId, &IssueId),
    seen: &mut BTreeSet<IssueId>,
) -> Result<Option<Vec<String>>, PortError> {
    if from == to {
        return Ok(Some(Vec::new()));
    }
    let mut ways = VecDeque::from([(from.clone(), Vec::new())]);
    while let Some((issue, way)) = ways.pop_front() {
        if seen.len() >= MOST || !seen.insert(issue.clone()) {
            continue;
        }
        let blockers = tracker.observe(&issue).await?.blocked_by;
        for next in blockers.into_iter().filter(|blocker| !blocker.finished) {
            let way: Vec<String> = way.iter().cloned().chain([next.label]).collect();
            if next.issue == *to {
                return Ok(Some(way));
            }
            ways.push_back((next.issue, way));
        }
    }
    Ok(None)
}
