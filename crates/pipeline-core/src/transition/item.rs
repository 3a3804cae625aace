//! The issue was read: an order on the board, a finished blocker, or nothing new.

use crate::message::comment::{closed_task_comment, not_an_approver_comment};
use crate::message::hidden::HiddenIn;
use crate::observation::ItemObservation;
use crate::order::{BoardOrder, BoardOrderKind};
use crate::role::Role;
use crate::task::{TaskState, Wait};
use crate::time::Timestamp;
use crate::transition::order::{self, Decree};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, ignore, tell};
use crate::untrusted::{Removed, clean_each};

const REASON_LENGTH: usize = 300;

pub(super) fn observed(plan: &mut Plan<'_>, item: &ItemObservation, order: Option<&BoardOrder>) -> Outcome {
    match order {
        Some(order) if plan.task.is_over() => over(plan, order),
        Some(order) => ordered(plan, item, order),
        None if plan.task.is_over() => ignore("the task is over"),
        None if item.deleted => {
            order::cancel(plan, "the issue was deleted");
            Ok(())
        }
        None => dependencies(plan, item),
    }
}

/// Nothing revives a task that is over.
fn over(plan: &mut Plan<'_>, order: &BoardOrder) -> Outcome {
    if order.what == BoardOrderKind::Cancelled {
        return ignore("the task is over");
    }
    plan.comment(
        Role::stream(),
        closed_task_comment(plan.rules.project.locale, plan.task.state.name()),
    );
    plan.restate_column();
    plan.note("the task is over; an order on it was answered");
    Ok(())
}

fn ordered(plan: &mut Plan<'_>, item: &ItemObservation, order: &BoardOrder) -> Outcome {
    plan.restate_column();
    let approvers = &plan.rules.project.approvers;
    let decides = matches!(order.what, BoardOrderKind::Approved | BoardOrderKind::Rejected);
    if decides && !approvers.is_empty() && !approvers.contains(&order.by) {
        plan.comment(
            Role::stream(),
            not_an_approver_comment(plan.rules.project.locale, &order.by),
        );
        plan.note(format!("{} is not an approver", order.by));
        return Ok(());
    }
    let (since_question, hidden) = said_since(item, plan.task.since);
    let decree = Decree {
        by: &order.by,
        at: order.at,
    };
    match order.what {
        BoardOrderKind::InProgress => {
            let waited = waits(plan);
            tell::hidden(plan, HiddenIn::Comments, &hidden);
            order::go_on(plan, &since_question.join("\n\n"));
            if !waited && waits(plan) {
                // What blocks it stands in the same observation: there is nothing to wait for.
                return dependencies(plan, item).or(Ok(()));
            }
        }
        BoardOrderKind::Approved => order::approve(plan, decree),
        BoardOrderKind::Rejected => {
            let (said, hidden) = said_since(item, plan.task.stage_since);
            tell::hidden(plan, HiddenIn::Comments, &hidden);
            let reason = since_question.last().or(said.last()).map_or_else(
                || "Rejected via status, no reason comment".to_owned(),
                |text| crate::message::text::cut(text, REASON_LENGTH),
            );
            order::reject(plan, decree, &reason);
        }
        BoardOrderKind::Cancelled => {
            order::cancel(plan, &format!("{} moved the issue to Cancelled", order.by));
        }
    }
    Ok(())
}

/// What people can see of human comments since then, oldest first; and what they cannot.
fn said_since(item: &ItemObservation, since: Timestamp) -> (Vec<String>, Vec<Removed>) {
    let comments = item.comments.iter();
    let said: Vec<&str> = comments
        .filter(|comment| !comment.own && comment.at >= since)
        .map(|comment| comment.text.as_str())
        .collect();
    let (visible, hidden) = clean_each(&said);
    let visible = visible.iter().map(|text| text.trim().to_owned());
    (visible.filter(|text| !text.is_empty()).collect(), hidden)
}

fn waits(plan: &Plan<'_>) -> bool {
    plan.task.state == TaskState::Waiting(Wait::Dependency)
}

fn dependencies(plan: &mut Plan<'_>, item: &ItemObservation) -> Outcome {
    if !waits(plan) {
        return ignore("nothing new");
    }
    if let Some(names) = item.cycle() {
        crate::start::refuse_cycle(plan, &names);
        return Ok(());
    }
    let blockers = item.waits_for();
    if !blockers.is_empty() && blockers == plan.task.blockers {
        return ignore("nothing new");
    }
    if !blockers.is_empty() {
        plan.note(format!("waiting for {}", blockers.join(", ")));
        plan.task.blockers = blockers;
        return Ok(());
    }
    plan.note("nothing blocks it any more");
    crate::start::begin(plan);
    Ok(())
}
