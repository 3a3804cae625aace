//! Effects come back: what is done, what is dead.

use crate::effect::{EffectKind, EffectResult, Merge, MergeStyle};
use crate::id::{CommitSha, EffectKey, RunId};
use crate::message::comment::{stage_change_comment, start_comment};
use crate::message::hidden::HiddenIn;
use crate::observation::HeadObservation;
use crate::role::Role;
use crate::task::{Interrupted, Phase, Resume, TaskState, Wait};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, foreign, ignore, merging, stage, tell};
use crate::untrusted::clean;

pub(super) fn effect_done(plan: &mut Plan<'_>, key: &EffectKey, result: &EffectResult) -> Outcome {
    answered(plan, key)?;
    plan.note(format!("effect {key} is done"));
    match result {
        EffectResult::Done => {}
        EffectResult::BranchStarted { head } => return started(plan, head),
        EffectResult::PullRequest { number, .. } => opened(plan, *number),
        EffectResult::Merge(outcome) => return merging::answered(plan, outcome),
        EffectResult::PushRefused { head } => {
            refused(plan, head);
            return Ok(());
        }
    }
    if plan.task.open_effects.is_empty() {
        match plan.task.state.clone() {
            TaskState::Publishing { run } => go_on(plan, run),
            TaskState::Waiting(Wait::Ci) => stage::gather(plan),
            TaskState::Gathering { .. } => plan.task.head_decided = true,
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Waiting(_)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled => {}
        }
    }
    Ok(())
}

pub(super) fn effect_failed(
    plan: &mut Plan<'_>,
    key: &EffectKey,
    effect: &EffectKind,
    error: &str,
) -> Outcome {
    answered(plan, key)?;
    if let TaskState::Blocked { .. } = plan.task.state {
        plan.note(format!("{} failed too: {error}", effect.name()));
        if let Some(push) = effect.as_push().filter(|push| push.branch == plan.task.branch) {
            plan.task.unpushed = Some(push.clone());
        }
        return Ok(());
    }
    plan.cancel_current();
    let state = Box::new(plan.task.state.clone());
    let reason = format!("{} failed: {error}", effect.name());
    let resume = if let EffectKind::Merge(_) = effect {
        Resume::Merge
    } else {
        Resume::Effect {
            effect: Box::new(effect.clone()),
            state,
        }
    };
    plan.block(&reason, resume);
    Ok(())
}

/// The effect holds the task no longer.
fn answered(plan: &mut Plan<'_>, key: &EffectKey) -> Outcome {
    if !plan.task.open_effects.remove(key) {
        return ignore(format!("effect {key} is not waited for"));
    }
    if plan.task.ci_report.as_ref() == Some(key) {
        plan.task.ci_report = None;
    }
    Ok(())
}

/// Waits for what is still to be pushed, or goes on to the gates.
pub(super) fn go_on(plan: &mut Plan<'_>, run: RunId) {
    if !plan.task.open_effects.is_empty() {
        if plan.task.state != (TaskState::Publishing { run }) {
            plan.goto(TaskState::Publishing { run });
            plan.note(format!("the work of run {run} is being pushed"));
        }
        return;
    }
    match plan.task.phase {
        Phase::Documents => merge_documents(plan),
        Phase::Stage | Phase::Merge if plan.task.interrupted == Some(Interrupted::Run) => {
            stage::work_again(
                plan,
                "the run was called off because of somebody else's commit on the branch",
            );
        }
        Phase::Stage | Phase::Merge => stage::look(plan),
    }
}

fn started(plan: &mut Plan<'_>, head: &CommitSha) -> Outcome {
    plan.task.head = Some(head.clone());
    let Some(first) = plan.rules.pipeline.first_working(plan.rules.project) else {
        plan.block("the pipeline has no stage in which somebody works", Resume::Role);
        return Ok(());
    };
    let role = plan.voice(&first.name);
    let hidden = clean(&plan.task.description).removed;
    tell::hidden(plan, HiddenIn::Issue, &hidden);
    if first.writes_specification() {
        let html = start_comment(plan.rules.project.locale, &role);
        plan.comment(role, html);
    } else {
        let html = stage_change_comment(plan.task.stage.as_str(), first.name.as_str(), Some(&role));
        plan.comment(Role::stream(), html);
    }
    stage::move_to(plan, first);
    stage::launch(plan, first, &crate::brief::Launch::First);
    Ok(())
}

/// Somebody else's work is on the branch: ours is not forced over it.
fn refused(plan: &mut Plan<'_>, head: &HeadObservation) {
    if plan.task.branch == head.branch && head.head.is_some() {
        return foreign::found(plan, head);
    }
    plan.cancel_current();
    let branch = &head.branch;
    plan.block(
        &format!("branch {branch} is not where it was expected"),
        Resume::Role,
    );
}

fn opened(plan: &mut Plan<'_>, number: u64) {
    match (&mut plan.task.late_documents, plan.task.phase) {
        (Some(late), Phase::Documents) => late.pull_request = Some(number),
        (Some(_) | None, Phase::Stage | Phase::Merge | Phase::Documents) => {
            plan.task.pull_request = Some(number);
        }
    }
}

/// The documents' own pull request is open: merge it.
pub(super) fn merge_documents(plan: &mut Plan<'_>) {
    let Some(late) = plan.task.late_documents.clone() else {
        return merging::complete(plan);
    };
    let Some(pull_request) = late.pull_request else {
        return merging::complete(plan);
    };
    plan.require(EffectKind::Merge(Merge {
        branch: late.branch,
        pull_request,
        head: late.head.clone(),
        style: MergeStyle::Merge,
        message: format!(
            "docs: {} deploy documents\n\nOrchd-Task: {}/{}",
            plan.task.work_item, plan.task.project, plan.task.id
        ),
    }));
    plan.goto(TaskState::Merging { head: late.head });
    plan.note("documents are being merged");
}
