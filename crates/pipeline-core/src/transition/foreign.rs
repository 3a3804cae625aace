//! A head that is not ours: adopted, or replaced by ours, and whatever it got in the way of is done again.

use crate::effect::{EffectKind, Push};
use crate::id::CommitSha;
use crate::message::alert::blocked_alert;
use crate::message::comment::{approval_stale_comment, foreign_head_comment};
use crate::observation::HeadObservation;
use crate::role::Role;
use crate::stage::GateName;
use crate::task::{Ask, Interrupted, Resume, TaskState, Wait};
use crate::transition::plan::Plan;
use crate::transition::stage;

/// The branch holds another head than ours: one that descends is adopted, any other needs a human.
pub(super) fn found(plan: &mut Plan<'_>, head: &HeadObservation) {
    let Some(theirs) = head.head.clone() else { return };
    plan.task.interrupted = interrupted(plan);
    plan.cancel_current();
    if head.descends {
        return if let TaskState::Blocked { .. } = plan.task.state {
            take(plan, theirs);
        } else {
            adopt(plan, theirs);
        };
    }
    plan.task.recheck = None;
    let branch = plan.task.branch.clone();
    let html = foreign_head_comment(plan.rules.project.locale, branch.as_str(), theirs.as_str());
    plan.comment(Role::stream(), html);
    let reason = format!("branch {branch} holds somebody else's commit {theirs}");
    let what = "Approved adopts it, Rejected restores ours";
    plan.alert(blocked_alert(
        plan.task.work_item.as_str(),
        plan.task.stage.as_str(),
        &reason,
        what,
    ));
    plan.goto(TaskState::Waiting(Wait::Human(Ask::ForeignHead { head: theirs })));
    plan.note("somebody else's head needs a human");
}

/// What it gets in the way of. The role of a task that is blocked until it works is owed a run all the same.
fn interrupted(plan: &Plan<'_>) -> Option<Interrupted> {
    match &plan.task.state {
        TaskState::Working { .. }
        | TaskState::Waiting(Wait::Human(Ask::ProtectedPaths { .. }))
        | TaskState::Blocked {
            resume: Resume::Role, ..
        } => Some(Interrupted::Run),
        TaskState::Publishing { .. } => plan.task.interrupted.or(Some(Interrupted::Push)),
        TaskState::Starting
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => plan.task.interrupted,
    }
}

/// Goes on from a head that is not ours: CI and, for changed code, review look again. What of the role's work is not on the branch is done
/// again on top.
pub(super) fn adopt(plan: &mut Plan<'_>, head: CommitSha) {
    let again = plan.task.interrupted.is_some() || plan.task.result.is_none();
    take(plan, head);
    if again {
        return stage::work_again(
            plan,
            "somebody else's commit on the branch was adopted; go on from it",
        );
    }
    stage::look(plan);
}

/// Takes a head that is not ours as ours.
fn take(plan: &mut Plan<'_>, head: CommitSha) {
    plan.note(format!("{head} is adopted"));
    plan.task.head = Some(head.clone());
    if plan.task.approval.take().is_some() && stands_before_approval(plan) {
        let html = approval_stale_comment(plan.rules.project.locale);
        plan.comment(Role::stream(), html);
    }
    if let Some(result) = &mut plan.task.result {
        result.commit = head;
        result.adopted = true;
    }
    // What runs tests another head than the one that its result would be reported on.
    plan.cancel_commands();
    // Not known before it is read; nothing that was proven holds for it.
    plan.task.code_tree = None;
    plan.task.ci = None;
}

/// The gate that wants the approval has not been passed yet.
fn stands_before_approval(plan: &Plan<'_>) -> bool {
    plan.stage(&plan.task.stage)
        .is_some_and(|stage| stage.gates.contains(&GateName::CheckAnalysisApproved))
}

/// Puts our head back over somebody else's.
pub(super) fn restore(plan: &mut Plan<'_>, theirs: CommitSha) {
    let run = plan.task.result.as_ref().map(|result| result.run);
    let (Some(commit), Some(run)) = (plan.task.head.clone(), run) else {
        return plan.block("there is no head of ours to restore", Resume::Role);
    };
    plan.require(EffectKind::Push(Push {
        branch: plan.task.branch.clone(),
        commit,
        expected: Some(theirs),
    }));
    plan.goto(TaskState::Publishing { run });
    plan.note("our head is restored");
}
