//! Replay: a task's event log runs through the rules again and must arrive at the stored state (behaviour §4).
//!
//! The rules are pure, and each entry names the settings of the project that it was decided by, so a difference means that the log, the
//! stored task or the program's rules changed behind each other's back.

#[cfg(feature = "ports")]
pub mod stored;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::decision::{Change, Decision};
use crate::event::{Event, LogEntry};
use crate::id::{PipelineDigest, ProjectDigest, TaskId};
use crate::pipeline::Pipeline;
use crate::project::Project;
use crate::start::start;
use crate::task::Task;
use crate::transition::{Rules, decide};

/// Why a log does not lead to the stored state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Nothing was logged.
    #[error("the event log is empty; a task begins with an entry of revision 1")]
    Empty,
    /// The first entry is not the move that starts a task.
    #[error("the event log begins with {event}; expected the order that started the task")]
    NoStart {
        /// What it begins with.
        event: &'static str,
    },
    /// An entry of another task, or one that is missing or doubled.
    #[error(
        "the event log holds revision {found} of task {task} where the task's revision {expected} was expected"
    )]
    Gap {
        /// The revision that follows.
        expected: u64,
        /// The one that is there.
        found: u64,
        /// Whose.
        task: TaskId,
    },
    /// The settings that an entry was decided by are not there.
    #[error(
        "the project's settings of entry {revision} are not stored; an earlier version did not keep them, so this log cannot be replayed"
    )]
    NoSettings {
        /// The entry.
        revision: u64,
    },
    /// The rules do not take a logged event any more.
    #[error("the rules refuse entry {revision} ({event}) of the log: {why}; {}", HINT)]
    Refused {
        /// The entry.
        revision: u64,
        /// Its event.
        event: &'static str,
        /// What the rules say.
        why: String,
    },
    /// The end is not the stored task.
    #[error("the log does not lead to the stored state, it differs in: {}; {}", fields.join(", "), first_difference(first.as_ref()))]
    Differs {
        /// Which fields of the task.
        fields: Vec<String>,
        /// The first entry in which something else was decided, where its note shows it.
        first: Option<u64>,
    },
}

const HINT: &str = "the program may have other rules than the one that wrote the log";

fn first_difference(first: Option<&u64>) -> String {
    first.map_or_else(
        || "every decision is as noted, so the stored task was changed behind the log".to_owned(),
        |revision| format!("entry {revision} is the first that is decided otherwise now: {HINT}"),
    )
}

/// The definition that the task began with: the one that it is pinned to, unless it was moved there on the way.
#[must_use]
pub fn began_with<'a>(stored: &'a Task, log: &'a [LogEntry]) -> &'a PipelineDigest {
    let first = log.iter().find_map(|entry| match &entry.event {
        Event::Repinned { from, .. } => Some(from),
        Event::ItemObserved { .. }
        | Event::HeadObserved { .. }
        | Event::AgentFinished { .. }
        | Event::CommandFinished { .. }
        | Event::EvidenceGathered { .. }
        | Event::JobFailed { .. }
        | Event::EffectDone { .. }
        | Event::EffectFailed { .. }
        | Event::TimerFired { .. }
        | Event::Ordered(_) => None,
    });
    first.unwrap_or(&stored.pipeline)
}

/// Runs the log through the rules and compares the end with the stored task, which also gives the names that intake chose. `pipeline`: the
/// one that the task began with ([`began_with`]); where it was moved to another one, the log holds that. `projects`: what the entries were
/// decided by.
///
/// # Errors
/// The first thing that does not fit, see [`ReplayError`].
pub fn replay(
    stored: &Task,
    log: &[LogEntry],
    pipeline: &Pipeline,
    projects: &BTreeMap<ProjectDigest, Project>,
) -> Result<Task, ReplayError> {
    let rules_at = |entry: &LogEntry, pipeline| {
        let known = entry.project.as_ref().and_then(|digest| projects.get(digest));
        let revision = entry.revision;
        known
            .ok_or(ReplayError::NoSettings { revision })
            .map(|project| Rules {
                pipeline,
                project,
                now: entry.at,
            })
    };
    let (first, rest) = log.split_first().ok_or(ReplayError::Empty)?;
    in_order(stored.id, 1, first)?;
    let mut change = begin(stored, first, rules_at(first, pipeline)?)?;
    let mut departed = departure(first, &change);
    let mut pipeline = pipeline;
    for entry in rest {
        in_order(stored.id, change.task.revision + 1, entry)?;
        let decision = decide(&change.task, &entry.event, rules_at(entry, pipeline)?);
        change = changed(entry, decision)?;
        departed = departed.or(departure(entry, &change));
        if let Event::Repinned { to, .. } = &entry.event {
            pipeline = to;
        }
    }
    let fields = differing(&change.task, stored);
    if fields.is_empty() {
        return Ok(change.task);
    }
    Err(ReplayError::Differs {
        fields,
        first: departed,
    })
}

fn begin(stored: &Task, entry: &LogEntry, rules: Rules<'_>) -> Result<Change, ReplayError> {
    let Event::ItemObserved { item, order: Some(_) } = &entry.event else {
        let event = entry.event.name();
        return Err(ReplayError::NoStart { event });
    };
    Ok(start(stored.id, stored.work_item.clone(), item, rules))
}

fn changed(entry: &LogEntry, decision: Decision) -> Result<Change, ReplayError> {
    match decision {
        Decision::Change(change) => Ok(*change),
        Decision::Ignore(why) | Decision::Illegal(why) => Err(ReplayError::Refused {
            revision: entry.revision,
            event: entry.event.name(),
            why,
        }),
    }
}

fn in_order(task: TaskId, expected: u64, entry: &LogEntry) -> Result<(), ReplayError> {
    if (entry.task, entry.revision) == (task, expected) {
        return Ok(());
    }
    Err(ReplayError::Gap {
        expected,
        found: entry.revision,
        task: entry.task,
    })
}

fn departure(entry: &LogEntry, change: &Change) -> Option<u64> {
    (entry.note != change.note).then_some(entry.revision)
}

/// Names of the fields in which two tasks differ. Sums of money went through text, so they may differ in their last digit.
fn differing(one: &Task, other: &Task) -> Vec<String> {
    let (Ok(Value::Object(one)), Ok(Value::Object(other))) =
        (serde_json::to_value(one), serde_json::to_value(other))
    else {
        return vec!["the whole task".to_owned()];
    };
    one.iter()
        .filter(|(name, value)| !other.get(*name).is_some_and(|theirs| same(value, theirs)))
        .map(|(name, _)| name.clone())
        .collect()
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|theirs| same(value, theirs)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            let (one, other) = (
                one.as_f64().unwrap_or(f64::NAN),
                other.as_f64().unwrap_or(f64::NAN),
            );
            (one - other).abs() <= 1e-9 * one.abs().max(1.0)
        }
        _ => one == other,
    }
}
