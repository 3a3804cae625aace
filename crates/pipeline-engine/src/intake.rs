//! Intake: news becomes deliveries, deliveries become hints, hints become one look at an object, a look becomes an event.

mod news;
mod branch;
mod sightings;
mod cycle;
mod delay;

use pipeline_core::event::Event;
use pipeline_core::id::{DeliveryId, ProjectId};
use pipeline_core::observation::{Hint, ItemObservation};
use pipeline_core::order::{BoardOrder, BoardOrderKind};
use pipeline_core::orders::new_orders;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, Committed, TaskKey, TaskWrite};
use pipeline_core::start;
use pipeline_core::transition::Rules;
use pipeline_core::untrusted::admitted;

use crate::context::{Context, ProjectPorts};
pub(crate) use crate::intake::sightings::Sightings;
use crate::step::{self, Along, MarkChange, Stepped, Wanted};

const PAGE: usize = 200;
const NAMES_TRIED: u32 = 100;

/// Looks once: reads every feed, then handles every delivery that waits.
pub(crate) async fn tick(context: &Context) -> Result<(), StoreError> {
    for source in &context.sources {
        read_feed(context, source.as_ref()).await?;
    }
    loop {
        let waiting = context.store.waiting(context.clock.now(), PAGE).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        news::handle(context, waiting).await?;
    }
}

async fn read_feed(context: &Context, source: &dyn EventSource) -> Result<(), StoreError> {
    loop {
        let cursor = context.store.cursor(source.name()).await?;
        let page = match source.news(cursor.clone()).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(source = source.name(), %error, "the feed could not be read");
                return Ok(());
            }
        };
        if page.news.is_empty() && Some(&page.cursor) == cursor.as_ref() {
            return Ok(());
        }
        let last = page.news.is_empty();
        context
            .store
            .record(source.name(), page.news, Some(page.cursor), context.clock.now())
            .await?;
        if last {
            return Ok(());
        }
    }
}

/// What came of looking at an object.
pub(crate) enum Looked {
    /// It was read and everything that follows is committed.
    Seen,
    /// It could not be read now.
    Unreadable(String),
}

/// Reads an object once and lets what is new happen.
pub(crate) async fn look(
    context: &Context,
    project: &ProjectId,
    hint: &Hint,
    acknowledge: Vec<DeliveryId>,
) -> Result<Looked, StoreError> {
    let Some(ports) = context.ports(project) else {
        return Ok(Looked::Seen);
    };
    match hint {
        Hint::Item(issue) => match ports.tracker.observe(issue).await {
            Ok(item) => {
                let mut item = admitted(item);
                if cycle::matters(context, ports, &item).await?
                    && let Err(error) = cycle::note(ports.tracker.as_ref(), &mut item).await
                {
                    return Ok(Looked::Unreadable(error.to_string()));
                }
                item_seen(context, ports, item, acknowledge).await?;
                Ok(Looked::Seen)
            }
            Err(error) => Ok(Looked::Unreadable(error.to_string())),
        },
        Hint::Branch(branch) => branch::seen(context, ports, branch, acknowledge).await,
    }
}

/// Handles what is new on an issue, again when somebody else handled some of it meanwhile.
async fn item_seen(
    context: &Context,
    ports: &ProjectPorts,
    item: ItemObservation,
    acknowledge: Vec<DeliveryId>,
) -> Result<(), StoreError> {
    while !item_handled(context, ports, &item, &acknowledge).await? {
        tracing::debug!(issue.id = %item.issue, "the issue was looked at twice at once, again");
    }
    Ok(())
}

/// False when the mark moved meanwhile.
async fn item_handled(
    context: &Context,
    ports: &ProjectPorts,
    item: &ItemObservation,
    acknowledge: &[DeliveryId],
) -> Result<bool, StoreError> {
    let project = &ports.project.id;
    let mark = step::read_mark(context, project, &item.issue).await?;
    let (mut orders, mut after) = new_orders(item, &mark);
    if orders.is_empty() {
        let now = context.clock.now();
        if let Some(order) = context.wakes.sightings.overdue(item, &after, now) {
            after.handled = (order.at, Some(order.id.clone()));
            orders.push(order);
        }
    }
    let echoes = mark.written.len() - after.written.len();
    let last = orders.len().saturating_sub(1);
    if orders.is_empty() {
        let change = (after != mark).then_some(MarkChange {
            read: mark.handled,
            handled: after.handled,
            echoes,
        });
        let along = Along {
            acknowledge: acknowledge.to_vec(),
            mark: change,
            ..Along::default()
        };
        return observed(context, ports, (item, None), along).await;
    }
    let mut read = mark.handled;
    for (at, order) in orders.into_iter().enumerate() {
        let handled = if at == last {
            after.handled.clone()
        } else {
            (order.at, Some(order.id.clone()))
        };
        let mark = Some(MarkChange {
            read: std::mem::replace(&mut read, handled.clone()),
            handled,
            echoes: if at == last { echoes } else { 0 },
        });
        let acknowledge = if at == last {
            acknowledge.to_vec()
        } else {
            Vec::new()
        };
        let along = Along {
            acknowledge,
            mark,
            ..Along::default()
        };
        if !observed(context, ports, (item, Some(order)), along).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// False when the mark moved meanwhile: nothing happened.
async fn observed(
    context: &Context,
    ports: &ProjectPorts,
    (item, order): (&ItemObservation, Option<BoardOrder>),
    along: Along,
) -> Result<bool, StoreError> {
    loop {
        let key = TaskKey::Issue(ports.project.id.clone(), item.issue.clone());
        if let Some(task) = context.store.task(&key).await? {
            let item = item.clone();
            let stepped = step::step(context, task.id, Event::ItemObserved { item, order }, along).await?;
            return Ok(stepped != Stepped::Outdated);
        }
        if step::is_outdated(context, (&ports.project.id, &item.issue), &along).await? {
            return Ok(false);
        }
        let starts = order
            .as_ref()
            .filter(|order| order.what == BoardOrderKind::InProgress && !item.deleted);
        let commit = match starts {
            None => without_task(context, ports, item, along.clone()).await?,
            Some(order) => first_step(context, ports, (item, order), along.clone()).await?,
        };
        let wanted = Wanted::of(&commit);
        if context.store.commit(commit).await? == Committed::Yes {
            wanted.ring(context);
            return Ok(true);
        }
    }
}

/// Nothing starts: only what was seen is remembered.
async fn without_task(
    context: &Context,
    ports: &ProjectPorts,
    item: &ItemObservation,
    along: Along,
) -> Result<Commit, StoreError> {
    let mut mark = step::read_mark(context, &ports.project.id, &item.issue).await?;
    step::apply(&mut mark, along.mark.as_ref(), Vec::new());
    let mark = along.mark.is_some().then_some(mark);
    Ok(Commit {
        at: context.clock.now(),
        mark,
        acknowledge: along.acknowledge,
        ..Commit::default()
    })
}

/// The issue was moved to In Progress and has no task: its text is checked, then the task is made.
async fn first_step(
    context: &Context,
    ports: &ProjectPorts,
    (item, order): (&ItemObservation, &BoardOrder),
    along: Along,
) -> Result<Commit, StoreError> {
    let problems = start::problems(item);
    let now = context.clock.now();
    let mut commit = Commit {
        at: now,
        acknowledge: along.acknowledge,
        ..Commit::default()
    };
    if problems.is_empty() {
        let rules = Rules {
            pipeline: &ports.pipeline,
            project: &ports.project,
            now,
        };
        let id = context.store.allot_task().await?;
        let name = free_name(context, ports, item).await?;
        let change = start::start(id, name, item, rules);
        let event = Event::ItemObserved {
            item: item.clone(),
            order: Some(order.clone()),
        };
        commit.log = Some(step::logged(&change, &event, rules));
        tracing::info!(task.id = %id, work_item = %change.task.work_item, "a task starts");
        let write = TaskWrite::Insert(Box::new(change.task.clone()), Box::new(ports.pipeline.clone()));
        commit = step::with_change(commit, change, write);
    } else {
        commit.effects = start::refusal(item, order, &ports.project, &problems);
    }
    let mut mark = step::read_mark(context, &ports.project.id, &item.issue).await?;
    step::apply(
        &mut mark,
        along.mark.as_ref(),
        step::written_columns(&commit.effects),
    );
    commit.mark = Some(mark);
    Ok(commit)
}

async fn free_name(
    context: &Context,
    ports: &ProjectPorts,
    item: &ItemObservation,
) -> Result<pipeline_core::id::WorkItemId, StoreError> {
    for attempt in 1..=NAMES_TRIED {
        let name = start::work_item(&ports.project, item, attempt);
        if context
            .store
            .task(&TaskKey::WorkItem(name.clone()))
            .await?
            .is_none()
        {
            return Ok(name);
        }
    }
    Err(StoreError::Refused(format!(
        "no free work item id for issue {}",
        item.issue
    )))
}
