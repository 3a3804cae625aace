//! The sweep: what time brings. It only ever makes events and looks; with every webhook lost a task still finishes.

use pipeline_core::event::Event;
use pipeline_core::observation::Hint;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, TaskFilter};
use pipeline_core::timer::TimerChange;

use crate::context::Context;
use crate::intake::{Looked, look};
use crate::step::{Along, Stepped, step};

const PAGE: usize = 100;

/// Fires every timer that is due.
pub(crate) async fn fire_timers(context: &Context) -> Result<(), StoreError> {
    loop {
        let due = context.store.due_timers(context.clock.now(), PAGE).await?;
        if due.is_empty() {
            return Ok(());
        }
        for timer in due {
            let event = Event::TimerFired {
                kind: timer.kind,
                generation: timer.generation,
            };
            let stepped = step(context, timer.task, event, Along::default()).await?;
            if !matches!(stepped, Stepped::Changed(_)) {
                let timers = vec![(timer.task, TimerChange::Disarm { kind: timer.kind })];
                context
                    .store
                    .commit(Commit {
                        at: context.clock.now(),
                        timers,
                        ..Commit::default()
                    })
                    .await?;
            }
        }
    }
}

/// Looks at everything open, slowly, as if each had been hinted at. Answers how many could not be read.
pub(crate) async fn look_around(context: &Context) -> Result<usize, StoreError> {
    let mut unread = 0;
    let mut hints = std::collections::BTreeSet::new();
    for task in context.store.tasks(TaskFilter::Open).await? {
        hints.insert((task.project.clone(), Hint::Item(task.issue)));
        hints.insert((task.project, Hint::Branch(task.branch)));
    }
    for (project, ports) in &context.projects {
        match ports.tracker.open_issues().await {
            Ok(issues) => hints.extend(
                issues
                    .into_iter()
                    .map(|issue| (project.clone(), Hint::Item(issue))),
            ),
            Err(error) => {
                unread += 1;
                tracing::warn!(project.id = %project, %error, "the board could not be listed");
            }
        }
    }
    for (project, hint) in hints {
        if let Looked::Unreadable(error) = look(context, &project, &hint, Vec::new()).await? {
            unread += 1;
            tracing::warn!(project.id = %project, ?hint, error, "an object could not be read");
        }
    }
    Ok(unread)
}
