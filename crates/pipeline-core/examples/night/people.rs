//! The people on call: every twenty minutes somebody looks at the board and does what the cards ask for.

use pipeline_core::event::Event;
use pipeline_core::id::{ActivityId, CommentId};
use pipeline_core::observation::ItemComment;
use pipeline_core::order::{BoardOrder, BoardOrderKind};
use pipeline_core::task::{Ask, TaskState, Wait};

use super::world::World;

/// How often one task is started again before it is left for the day shift.
const RESTARTS: u32 = 2;

pub(super) fn patrol(world: &mut World<'_>) {
    for at in 0..world.tasks.len() {
        finish_blockers(world, at);
        if let Some((what, comment)) = wish(world, at) {
            order(world, at, what, comment);
        }
    }
}

/// Nothing moves any more without somebody who changes something.
pub(super) fn all_is_quiet(world: &World<'_>) -> bool {
    world.tasks.iter().all(|simulated| match &simulated.task.state {
        TaskState::Done | TaskState::Cancelled | TaskState::Waiting(Wait::Dependency) => true,
        TaskState::Blocked { .. } => simulated.restarts >= RESTARTS,
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. } => false,
    })
}

/// What a person wants of a task, and what they write under the issue.
fn wish(world: &mut World<'_>, at: usize) -> Option<(BoardOrderKind, Option<&'static str>)> {
    let simulated = world.tasks.get_mut(at)?;
    match &simulated.task.state {
        TaskState::Waiting(Wait::Human(Ask::Documents { .. })) if simulated.chance.percent(10) => {
            world.tally.fault("a human rejects the documents");
            Some((BoardOrderKind::Rejected, Some("The second case is missing.")))
        }
        TaskState::Waiting(Wait::Human(_)) => Some((BoardOrderKind::Approved, None)),
        TaskState::Waiting(Wait::Answers) => {
            Some((BoardOrderKind::InProgress, Some("The first of the two.")))
        }
        TaskState::Blocked { .. } if simulated.restarts < RESTARTS => {
            simulated.restarts += 1;
            world.tally.restarts += 1;
            Some((BoardOrderKind::InProgress, None))
        }
        TaskState::Blocked { .. } if simulated.chance.percent(5) => Some((BoardOrderKind::Cancelled, None)),
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(Wait::Ci | Wait::Dependency | Wait::Budget)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => None,
    }
}

fn order(world: &mut World<'_>, at: usize, what: BoardOrderKind, comment: Option<&str>) {
    let now = world.agenda.now;
    let Some(simulated) = world.tasks.get_mut(at) else {
        return;
    };
    let by = "ann".to_owned();
    if let Some(text) = comment {
        simulated.item.comments.push(ItemComment {
            id: CommentId::new(format!("c{}", simulated.item.comments.len() + 1)),
            at: now,
            author: by.clone(),
            own: false,
            text: text.to_owned(),
        });
    }
    let id = ActivityId::new(format!("{at}@{}", now.0));
    let item = simulated.item.clone();
    let order = Some(BoardOrder {
        id,
        at: now,
        by,
        what,
    });
    world.step(at, &Event::ItemObserved { item, order }, None);
}

/// An issue that waits for another is read again when the other is finished.
fn finish_blockers(world: &mut World<'_>, at: usize) {
    let finished: Vec<_> = world
        .tasks
        .iter()
        .filter(|simulated| simulated.task.is_over())
        .map(|simulated| simulated.task.issue.clone())
        .collect();
    let Some(simulated) = world.tasks.get_mut(at) else {
        return;
    };
    let waits = simulated.task.state == TaskState::Waiting(Wait::Dependency);
    for blocker in &mut simulated.item.blocked_by {
        blocker.finished = finished.contains(&blocker.issue);
    }
    if waits && simulated.item.blocked_by.iter().all(|blocker| blocker.finished) {
        let item = simulated.item.clone();
        world.step(at, &Event::ItemObserved { item, order: None }, None);
    }
}
