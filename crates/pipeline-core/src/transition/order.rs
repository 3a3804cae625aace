//! What orders do, whoever gave them and wherever (behaviour §5).

use crate::brief::Launch;
use crate::effect::EffectKind;
use crate::evidence::Approval;
use crate::message::alert::blocked_alert;
use crate::message::comment::{
    analyst_rejected_comment, approval_stale_comment, escalation_comment, nothing_to_approve_comment,
    relaunched_with_answers_comment, restarted_comment, rolled_back_comment, waiting_for_comment,
};
use crate::message::setback::gate_failed_comment;
use crate::role::Role;
use crate::stage::Stage;
use crate::task::{Ask, Interrupted, PendingRejection, Resume, TaskState, Wait};
use crate::time::Timestamp;
use crate::transition::plan::Plan;
use crate::transition::{foreign, head, merging, repair, stage};
use crate::why::explain;

/// Who decided, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decree<'a> {
    pub(super) by: &'a str,
    pub(super) at: Timestamp,
}

/// In Progress: go on with answers, or restart.
pub(super) fn go_on(plan: &mut Plan<'_>, answers: &str) {
    match plan.task.state.clone() {
        TaskState::Waiting(Wait::Answers) => with_answers(plan, answers),
        TaskState::Waiting(Wait::Human(Ask::Documents { .. })) => with_answers(plan, answers),
        TaskState::Blocked { reason, resume } => {
            let said = if answers.is_empty() {
                reason
            } else {
                format!("{reason}\n\nSince then a human wrote:\n\n{answers}")
            };
            restart(plan, &said, resume);
        }
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Done
        | TaskState::Cancelled => plan.note("it goes on already"),
    }
}

fn with_answers(plan: &mut Plan<'_>, answers: &str) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    plan.comment(
        plan.voice(&stage.name),
        relaunched_with_answers_comment(plan.rules.project.locale),
    );
    let text = if answers.is_empty() {
        "(no comment was written)".to_owned()
    } else {
        answers.to_owned()
    };
    stage::launch(plan, stage, &Launch::Answers { text });
}

/// Resumes what stopped, with fresh counters.
pub(super) fn restart(plan: &mut Plan<'_>, reason: &str, resume: Resume) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    let reason = [reason, &blocking_findings(plan)].concat();
    stage::refresh_counters(plan);
    plan.comment(
        Role::stream(),
        restarted_comment(plan.rules.project.locale, stage.name.as_str()),
    );
    plan.note("restarted with fresh counters");
    match resume {
        Resume::Role => stage::launch(plan, stage, &Launch::Restart { reason }),
        Resume::Gates if plan.task.interrupted == Some(Interrupted::Run) => {
            stage::launch(plan, stage, &Launch::Restart { reason });
        }
        Resume::Gates => {
            plan.task.ci = None;
            stage::look(plan);
        }
        Resume::Effect { effect, state } => {
            let reports = matches!(*effect, EffectKind::ReportStatus(_));
            let key = plan.require(*effect);
            plan.task.ci_report = Some(key).filter(|_| reports);
            return_to(plan, stage, (*state, reason));
            plan.task.unpushed = None;
        }
        Resume::Merge if plan.task.late_documents.is_some() && plan.task.merged.is_some() => {
            merging::complete(plan);
        }
        Resume::Merge => merging::begin(plan),
        // The next look at the issue says whether something still blocks it.
        Resume::Start => plan.await_dependency(),
    }
}

/// Goes back to the state in which an effect died. Its job was called off then, and whoever was asked is asked again.
fn return_to(plan: &mut Plan<'_>, stage: &Stage, (state, reason): (TaskState, String)) {
    match state {
        TaskState::Working { .. } => stage::launch(plan, stage, &Launch::Restart { reason }),
        TaskState::Gathering { .. } => stage::gather(plan),
        TaskState::Waiting(Wait::Human(_) | Wait::Answers) => {
            plan.goto(state);
            let asked = explain(&plan.task);
            let (wi, stage) = (plan.task.work_item.as_str(), plan.task.stage.as_str());
            plan.alert(blocked_alert(wi, stage, &asked.waits_for, &asked.ended_by));
        }
        TaskState::Starting
        | TaskState::Publishing { .. }
        | TaskState::Waiting(Wait::Ci | Wait::Dependency | Wait::Budget)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => plan.goto(state),
    }
}

/// The whole findings of the bounce that blocked the task, if one did.
fn blocking_findings(plan: &Plan<'_>) -> String {
    let last = plan.task.bounces.last();
    let blocking = last.filter(|bounce| bounce.at == plan.task.since);
    let findings = blocking
        .map(|bounce| bounce.findings.as_slice())
        .unwrap_or_default();
    findings.iter().map(|finding| format!("\n- {finding}")).collect()
}

/// Approved: what it does depends on what was asked.
pub(super) fn approve(plan: &mut Plan<'_>, decree: Decree<'_>) {
    match plan.task.state.clone() {
        TaskState::Waiting(Wait::Human(_)) if decree.at < plan.task.since => {
            plan.comment(Role::stream(), approval_stale_comment(plan.rules.project.locale));
            plan.note("an approval older than the question does not count");
        }
        TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree })) => {
            // Every round of objections passes an approval: fresh ones would make that loop endless.
            let conflict_rounds = plan.task.counters.conflict_rounds;
            stage::refresh_counters(plan);
            plan.task.counters.conflict_rounds = conflict_rounds;
            plan.task.approval = Some(Approval {
                by: decree.by.to_owned(),
                at: decree.at,
                docs_tree,
            });
            plan.note(format!("approved by {}", decree.by));
            stage::gather(plan);
        }
        TaskState::Waiting(Wait::Human(Ask::ProtectedPaths { head, run, .. })) => {
            plan.note(format!("protected files accepted by {}", decree.by));
            head::accept_protected(plan, head, run);
        }
        TaskState::Waiting(Wait::Human(Ask::ForeignHead { head })) => foreign::adopt(plan, head),
        TaskState::Blocked { .. }
        | TaskState::Waiting(Wait::Human(Ask::ForgeReview) | Wait::Ci | Wait::Dependency | Wait::Budget) => {
            look_again(plan);
        }
        TaskState::Waiting(Wait::Answers)
        | TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Merging { .. }
        | TaskState::Done
        | TaskState::Cancelled => {
            tell_that_nothing_is_there(plan);
            plan.note("there is nothing to approve");
        }
    }
}

/// Somebody decided where nothing is to be decided: says what the task does instead.
fn tell_that_nothing_is_there(plan: &mut Plan<'_>) {
    let (locale, stage) = (plan.rules.project.locale, plan.task.stage.as_str());
    let (author, html) = match (&plan.task.state, stage::gates(plan).first()) {
        (TaskState::Waiting(Wait::Dependency), _) => {
            (Role::stream(), waiting_for_comment(locale, &plan.task.blockers))
        }
        (TaskState::Blocked { reason, .. }, Some(gate)) => (
            plan.voice(&plan.task.stage),
            gate_failed_comment(
                stage,
                gate.as_str(),
                &format!("there is nothing on the branch to judge; blocked: {reason}"),
            ),
        ),
        (TaskState::Blocked { reason, .. }, None) => (Role::stream(), escalation_comment(reason)),
        (
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Done
            | TaskState::Cancelled,
            _,
        ) => (Role::stream(), nothing_to_approve_comment(locale, stage)),
    };
    plan.comment(author, html);
}

/// The role takes its changes to protected files back.
fn refuse_protected(plan: &mut Plan<'_>, paths: &[String], reason: &str) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    let role = plan.voice(&stage.name);
    let html = analyst_rejected_comment(plan.rules.project.locale, &role, reason);
    let diagnosis = format!(
        "a human did not accept the changes to {}: {reason}",
        paths.join(", ")
    );
    plan.task.counters.repairs = 0;
    if repair::is_left(plan, stage) {
        plan.comment(role, html);
        repair::launch(plan, stage, &diagnosis);
    } else {
        plan.block(&diagnosis, Resume::Role);
    }
}

/// The gates look again; a failing one is told, never a bounce.
pub(super) fn look_again(plan: &mut Plan<'_>) {
    let result = plan.task.result.as_ref().map(|result| &result.commit);
    // A result that is not on the branch must not speak for what is there; after the merge it is on a branch of its own.
    let on_branch = plan.task.refused_push().is_none() && result == plan.task.head.as_ref();
    let judged = result.is_some() && (plan.task.merged.is_some() || on_branch);
    if !judged {
        tell_that_nothing_is_there(plan);
        return plan.note("there is no result to judge");
    }
    plan.task.recheck = Some(Box::new(plan.task.state.clone()));
    stage::gather(plan);
}

/// Rejected: the work is done again, with the reason.
pub(super) fn reject(plan: &mut Plan<'_>, decree: Decree<'_>, reason: &str) {
    plan.note(format!("rejected by {}: {reason}", decree.by));
    match plan.task.state.clone() {
        TaskState::Merging { .. } => {
            plan.task.pending_rejection = Some(PendingRejection {
                by: decree.by.to_owned(),
                reason: reason.to_owned(),
            });
        }
        TaskState::Waiting(Wait::Human(Ask::ForeignHead { head })) => foreign::restore(plan, head),
        TaskState::Waiting(Wait::Human(Ask::ProtectedPaths { paths, .. })) => {
            refuse_protected(plan, &paths, reason);
        }
        TaskState::Starting
        | TaskState::Waiting(Wait::Dependency)
        | TaskState::Blocked {
            resume: Resume::Start,
            ..
        } => tell_that_nothing_is_there(plan),
        TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => send_back(plan, reason),
    }
}

/// At the first working stage its role runs again; elsewhere the previous stage's.
pub(super) fn send_back(plan: &mut Plan<'_>, reason: &str) {
    let (pipeline, project) = (plan.rules.pipeline, plan.rules.project);
    plan.cancel_current();
    plan.task.open_effects.clear();
    stage::refresh_counters(plan);
    plan.task.approval = None;
    let from = plan.task.stage.clone();
    let launch = Launch::Rejected {
        reason: reason.to_owned(),
    };
    match pipeline.previous(&from, project) {
        Some(previous) => {
            let role = previous.role.clone().unwrap_or_else(Role::stream);
            plan.comment(
                role,
                rolled_back_comment(project.locale, from.as_str(), previous.name.as_str(), reason),
            );
            stage::move_back(plan, previous);
            stage::launch(plan, previous, &launch);
        }
        None => {
            let Some(stage) = plan.stage(&from) else { return };
            let role = plan.voice(&from);
            let html = analyst_rejected_comment(project.locale, &role, reason);
            plan.comment(role, html);
            stage::launch(plan, stage, &launch);
        }
    }
}

/// Gives the task up: jobs are called off, the branch is kept.
pub(super) fn cancel(plan: &mut Plan<'_>, why: &str) {
    plan.cancel_current();
    plan.cancel_commands();
    plan.task.open_effects.clear();
    plan.task.recheck = None;
    plan.goto(TaskState::Cancelled);
    plan.tell(EffectKind::ReleaseCheckout {
        branch: plan.task.branch.clone(),
    });
    plan.note(format!("cancelled: {why}"));
}
