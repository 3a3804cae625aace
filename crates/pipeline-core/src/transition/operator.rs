//! An operator's order: the same road as a move on the board, with a reason for the audit.

use crate::brief::Launch;
use crate::id::{EffectKey, JobId};
use crate::message::comment::forced_comment;
use crate::order::{OperatorOrder, OperatorOrderKind};
use crate::role::Role;
use crate::stage::StageName;
use crate::task::{Ask, Resume, TaskState, Wait};
use crate::transition::order::{self, Decree};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, ignore, stage};

pub(super) fn ordered(plan: &mut Plan<'_>, order: &OperatorOrder) -> Outcome {
    if plan.task.is_over() {
        return ignore(format!(
            "the task is over ({}); create a new issue to go on",
            plan.task.state.name()
        ));
    }
    let decree = Decree {
        by: &order.by,
        at: order.at,
    };
    match &order.what {
        OperatorOrderKind::Approve => approve(plan, decree),
        OperatorOrderKind::Reject => {
            order::reject(plan, decree, &order.reason);
            Ok(())
        }
        OperatorOrderKind::Advance => advance(plan),
        OperatorOrderKind::ForceStage { stage } => force(plan, stage, order),
        OperatorOrderKind::Requeue { job } => requeue(plan, *job),
        OperatorOrderKind::Cancel => {
            order::cancel(plan, &format!("{}: {}", order.by, order.reason));
            Ok(())
        }
        OperatorOrderKind::Restart => restart(plan),
        OperatorOrderKind::RetryEffect { effect } => retry(plan, effect),
        OperatorOrderKind::DropEffect { effect } => ignore(format!(
            "effect {effect} is not waited for; the outbox takes it out"
        )),
        OperatorOrderKind::Repin => {
            ignore("the definition that the project has now is not part of this order".to_owned())
        }
        OperatorOrderKind::ResetProvider { account } => {
            ignore(format!("{account} is an account, no part of a task"))
        }
        OperatorOrderKind::CheckProviders { .. } => {
            ignore("accounts of providers are no part of a task".to_owned())
        }
    }
}

fn approve(plan: &mut Plan<'_>, decree: Decree<'_>) -> Outcome {
    if !matches!(plan.task.state, TaskState::Waiting(_) | TaskState::Blocked { .. }) {
        return ignore(format!(
            "there is nothing to approve: the task is {}",
            plan.task.state.name()
        ));
    }
    order::approve(plan, decree);
    Ok(())
}

fn advance(plan: &mut Plan<'_>) -> Outcome {
    if let TaskState::Waiting(Wait::Human(Ask::ForeignHead { head })) = &plan.task.state {
        return ignore(format!(
            "the branch holds somebody else's commit {head}: approve it or reject it first"
        ));
    }
    if !matches!(plan.task.state, TaskState::Waiting(_) | TaskState::Blocked { .. })
        || plan.task.result.is_none()
    {
        return ignore(format!(
            "there is nothing to look at again: the task is {}",
            plan.task.state.name()
        ));
    }
    order::look_again(plan);
    Ok(())
}

/// Moves the task without its gates. The merge still needs its proofs.
fn force(plan: &mut Plan<'_>, to: &StageName, order: &OperatorOrder) -> Outcome {
    let Some(stage) = plan.rules.pipeline.stage(to).filter(|stage| stage.role.is_some()) else {
        let known: Vec<&str> = plan
            .rules
            .pipeline
            .stages
            .iter()
            .filter(|stage| stage.role.is_some())
            .map(|stage| stage.name.as_str())
            .collect();
        return ignore(format!(
            "no stage '{to}' in which somebody works; known: {}",
            known.join(", ")
        ));
    };
    if plan.task.head.is_none() || matches!(plan.task.state, TaskState::Merging { .. }) {
        return ignore(format!("not while the task is {}", plan.task.state.name()));
    }
    plan.cancel_current();
    plan.task.open_effects.clear();
    stage::refresh_counters(plan);
    let html = forced_comment(plan.rules.project.locale, &order.by, to.as_str(), &order.reason);
    plan.comment(Role::stream(), html);
    stage::move_back(plan, stage);
    stage::launch(
        plan,
        stage,
        &Launch::Restart {
            reason: order.reason.clone(),
        },
    );
    Ok(())
}

/// The work of a job that ended is queued again; the task must be waiting for a human.
fn requeue(plan: &mut Plan<'_>, job: JobId) -> Outcome {
    if job.task != plan.task.id || job.number > plan.task.numbers.jobs {
        return ignore(format!("task {} has no job {job}", plan.task.id));
    }
    restart(plan)
}

/// What a dead effect stopped goes on from there. A row that waits is no matter of the task.
fn retry(plan: &mut Plan<'_>, effect: &EffectKey) -> Outcome {
    match plan.task.state {
        TaskState::Blocked {
            resume: Resume::Effect { .. } | Resume::Merge,
            ..
        } => restart(plan),
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => ignore(format!(
            "the task is {} and does not stand still because of effect {effect}; \
             'orchctl outbox drop' takes it off the list",
            plan.task.state.name()
        )),
    }
}

fn restart(plan: &mut Plan<'_>) -> Outcome {
    let TaskState::Blocked { reason, resume } = plan.task.state.clone() else {
        return ignore(format!(
            "only a blocked task is started again; this one is {}",
            plan.task.state.name()
        ));
    };
    order::restart(plan, &reason, resume);
    Ok(())
}
