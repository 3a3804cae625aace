//! The transition function: a task and an event give a decision. Pure and total; the same function serves live running, recovery and replay.
//!
//! Events that mean the same in every state (orders, observations) have a file of their own; what a state awaits is in the file named after it.

pub(crate) mod plan;
mod item;
mod operator;
mod repin;
mod order;
mod head;
mod foreign;
mod working;
mod publishing;
mod gathering;
mod report;
mod waiting;
mod local_tests;
mod merging;
mod stage;
mod bounce;
mod repair;
mod tell;

use crate::decision::Decision;
use crate::event::Event;
use crate::pipeline::Pipeline;
use crate::project::Project;
use crate::task::Task;
use crate::time::Timestamp;
use crate::transition::plan::Plan;

/// What the rules go by besides task and event.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The pipeline that the task is pinned to.
    pub pipeline: &'a Pipeline,
    /// Its project.
    pub project: &'a Project,
    /// Now.
    pub now: Timestamp,
}

/// Why an event changes nothing.
pub(crate) enum Nothing {
    /// Expected: a duplicate, a stale timer, an echo.
    Ignore(String),
    /// Cannot happen in this state.
    Illegal(String),
}

pub(crate) type Outcome = Result<(), Nothing>;

pub(crate) fn ignore(why: impl Into<String>) -> Outcome {
    Err(Nothing::Ignore(why.into()))
}

pub(crate) fn illegal(why: impl Into<String>) -> Outcome {
    Err(Nothing::Illegal(why.into()))
}

/// Decides what an event means for a task.
#[must_use]
pub fn decide(task: &Task, event: &Event, rules: Rules<'_>) -> Decision {
    let mut plan = Plan::new(task.clone(), rules);
    match apply(&mut plan, event) {
        Ok(()) => Decision::Change(Box::new(plan.into_change(task))),
        Err(Nothing::Ignore(why)) => Decision::Ignore(why),
        Err(Nothing::Illegal(why)) => Decision::Illegal(why),
    }
}

fn apply(plan: &mut Plan<'_>, event: &Event) -> Outcome {
    match event {
        Event::ItemObserved { item, order } => item::observed(plan, item, order.as_ref()),
        Event::Ordered(order) => operator::ordered(plan, order),
        _ if plan.task.is_over() => ignore("the task is over"),
        Event::Repinned { order, from, to } => repin::repinned(plan, order, (from, to)),
        Event::HeadObserved { head } => head::observed(plan, head),
        Event::AgentFinished { job, fence, outcome } => working::agent_finished(plan, *job, *fence, outcome),
        Event::CommandFinished { job, outcome, .. } => waiting::command_finished(plan, *job, outcome),
        Event::EvidenceGathered { job, evidence, .. } => gathering::gathered(plan, *job, evidence),
        Event::JobFailed { job, failure, .. } => working::job_failed(plan, *job, failure),
        Event::EffectDone { key, result } => publishing::effect_done(plan, key, result),
        Event::EffectFailed { key, effect, error } => publishing::effect_failed(plan, key, effect, error),
        Event::TimerFired { kind, generation } => waiting::timer_fired(plan, *kind, *generation),
    }
}
