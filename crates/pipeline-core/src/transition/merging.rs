//! Bringing the branch into the default branch (behaviour §7), and the end of a task.

use crate::effect::{EffectKind, Merge, MergeOutcome};
use crate::id::{CommitSha, TreeSha};
use crate::message::alert::blocked_alert;
use crate::message::comment::{done_comment, judged_again_comment, stage_change_comment, summary_comment};
use crate::project::MergeTime;
use crate::role::Role;
use crate::stage::{Cause, GateName, Stage};
use crate::task::{Ask, Phase, Resume, Task, TaskState, Wait};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, bounce, local_tests, order, publishing, stage, tell, working};
use crate::usage::Usage;

/// The merge comes before this stage.
pub(super) fn comes_before(plan: &Plan<'_>, next: &Stage) -> bool {
    let due = match plan.rules.project.merge {
        MergeTime::OnDeployEntry => plan.rules.pipeline.is_after_merge(&next.name),
        MergeTime::AfterDeploy => false,
    };
    plan.task.merged.is_none() && (due || next.role.is_none())
}

/// Merges, if the code is what review, tests and CI saw; else what is missing comes first.
pub(super) fn begin(plan: &mut Plan<'_>) {
    if let Some(judging) = unseen(plan) {
        return judge_again(plan, judging);
    }
    plan.task.phase = Phase::Merge;
    let Some(run) = plan.task.result.as_ref().map(|result| result.run) else {
        return plan.block("there is no result to merge", Resume::Role);
    };
    let unproven = local_tests::unproven(plan);
    let Some(pull_request) = plan.task.pull_request else {
        working::open_pull_request(plan, plan.task.branch.clone());
        return publishing::go_on(plan, run);
    };
    if unproven {
        return publishing::go_on(plan, run);
    }
    let Some(head) = plan.task.head.clone() else {
        return plan.block("there is no head to merge", Resume::Role);
    };
    plan.require(EffectKind::Merge(Merge {
        branch: plan.task.branch.clone(),
        pull_request,
        head: head.clone(),
        style: plan.rules.project.merge_style,
        message: message(plan),
    }));
    plan.goto(TaskState::Merging { head });
    plan.note("the branch is being merged");
}

/// The first stage that judges code and has not seen the present one.
pub(super) fn unseen<'a>(plan: &Plan<'a>) -> Option<&'a Stage> {
    let task = &plan.task;
    let seen = [
        (GateName::CheckReviewerVerdict, &task.reviewed),
        (GateName::CheckReviewApproved, &task.forge_reviewed),
        (GateName::CheckTestsPassed, &task.tested),
    ];
    let mut changed = seen
        .into_iter()
        .filter(|(_, seen)| seen.is_none() || **seen != task.code_tree);
    changed.find_map(|(gate, _)| earlier_stage(plan, gate))
}

/// Goes back to a stage that judges code.
pub(super) fn judge_again(plan: &mut Plan<'_>, judging: &Stage) {
    let html = judged_again_comment(plan.rules.project.locale, judging.name.as_str());
    plan.comment(Role::stream(), html);
    stage::enter(plan, judging);
}

fn earlier_stage<'a>(plan: &Plan<'a>, gate: GateName) -> Option<&'a Stage> {
    let here = plan.rules.pipeline.position(&plan.task.stage)?;
    plan.rules
        .pipeline
        .stages
        .iter()
        .take(here + 1)
        .find(|stage| stage.gates.contains(&gate))
}

fn message(plan: &Plan<'_>) -> String {
    let task = &plan.task;
    let approver = task.approval.as_ref().map_or_else(String::new, |approval| {
        format!("\nOrchd-Approved-By: {}", approval.by)
    });
    let runs: u32 = task.totals.values().map(|totals| totals.runs).sum();
    format!(
        "{}: {}\n\nOrchd-Task: {}/{}\nOrchd-Runs: {runs}\nOrchd-Cost: {}{approver}",
        task.work_item,
        task.title,
        task.project,
        task.id,
        crate::usage::cost_text(task.usage().cost_usd)
    )
}

/// What came of the merge.
pub(super) fn answered(plan: &mut Plan<'_>, outcome: &MergeOutcome) -> Outcome {
    if !matches!(plan.task.state, TaskState::Merging { .. }) {
        plan.note("nothing is being merged any more");
        return Ok(());
    }
    let rejection = plan.task.pending_rejection.take();
    match outcome {
        MergeOutcome::Merged { commit } if rejection.is_none() => merged(plan, commit),
        MergeOutcome::Merged { commit } => note_merge(plan, commit),
        MergeOutcome::BaseMerged { head, code_tree } if rejection.is_some() => {
            take_base(plan, head, code_tree);
        }
        MergeOutcome::Conflict { .. } | MergeOutcome::HeadMoved { .. } if rejection.is_some() => {}
        MergeOutcome::BaseMerged { head, code_tree } => base_merged(plan, head, code_tree),
        MergeOutcome::Conflict { base, files } => conflict(plan, base, files),
        MergeOutcome::HeadMoved { .. } if plan.task.phase == Phase::Documents => plan.block(
            "the branch of the documents holds somebody else's commit; put our head back or merge it by hand",
            Resume::Merge,
        ),
        MergeOutcome::HeadMoved { .. } => stage::gather(plan),
        MergeOutcome::Closed => {
            closed(plan);
        }
        MergeOutcome::ApprovalMissing(missing) if rejection.is_none() => {
            ask_for_approvals(plan, *missing);
        }
        MergeOutcome::ApprovalMissing(_) => {}
    }
    if let Some(rejection) = rejection {
        order::send_back(plan, &rejection.reason);
    }
    Ok(())
}

/// Somebody closed the pull request; the next try opens another.
fn closed(plan: &mut Plan<'_>) {
    match (plan.task.phase, &mut plan.task.late_documents) {
        (Phase::Documents, Some(late)) => late.pull_request = None,
        (Phase::Stage | Phase::Merge | Phase::Documents, _) => plan.task.pull_request = None,
    }
    plan.block("the pull request was closed without a merge", Resume::Merge);
}

/// The answer comes from the forge; the documents' own pull request is not looked at there, so that one waits for a human's word.
fn ask_for_approvals(plan: &mut Plan<'_>, missing: u32) {
    let of_documents = plan
        .task
        .late_documents
        .as_ref()
        .filter(|_| plan.task.phase == Phase::Documents);
    let number = of_documents.map_or(plan.task.pull_request, |late| late.pull_request);
    let pull = number.map_or_else(
        || "the pull request".to_owned(),
        |number| format!("pull request #{number}"),
    );
    let approvals = if missing == 1 { "approval" } else { "approvals" };
    let reason = format!("{pull} needs {missing} more {approvals} in the forge");
    if plan.task.phase == Phase::Documents {
        return plan.block(&reason, Resume::Merge);
    }
    plan.alert(blocked_alert(
        plan.task.work_item.as_str(),
        plan.task.stage.as_str(),
        &reason,
        "Approve it there: the merge goes on by itself",
    ));
    plan.goto(TaskState::Waiting(Wait::Human(Ask::ForgeReview)));
    plan.note(reason);
}

fn merged(plan: &mut Plan<'_>, commit: &CommitSha) {
    if plan.task.phase == Phase::Documents {
        return finish(plan);
    }
    note_merge(plan, commit);
    stage::advance(plan);
}

fn note_merge(plan: &mut Plan<'_>, commit: &CommitSha) {
    plan.note(format!("merged as {commit}"));
    if plan.task.phase == Phase::Documents {
        plan.task.late_documents = None;
    } else {
        plan.task.merged = Some(commit.clone());
    }
    plan.task.phase = Phase::Stage;
}

/// The default branch had moved and was merged into ours: CI has to look again.
fn base_merged(plan: &mut Plan<'_>, head: &CommitSha, code_tree: &TreeSha) {
    take_base(plan, head, code_tree);
    if plan.task.counters.base_merges >= plan.rules.pipeline.limits.base_merges {
        return plan.block(
            "the default branch moved again and again while this was being merged",
            Resume::Merge,
        );
    }
    plan.task.counters.base_merges += 1;
    plan.task.holds_slot = true;
    if plan.task.phase == Phase::Documents {
        return publishing::merge_documents(plan);
    }
    stage::start_ci(plan);
    stage::gather(plan);
}

/// The slot is held on the way to the merge alone: whatever else a task does or waits for, others merge meanwhile.
pub(super) fn may_hold_slot(task: &Task) -> bool {
    match &task.state {
        TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(Wait::Ci)
        | TaskState::Merging { .. } => task.phase != Phase::Stage,
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Waiting(Wait::Human(_) | Wait::Answers | Wait::Dependency | Wait::Budget)
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => false,
    }
}

/// Review and tests saw the same code plus what others had merged: what they said still holds.
fn take_base(plan: &mut Plan<'_>, head: &CommitSha, code_tree: &TreeSha) {
    plan.note("the default branch was merged into ours");
    if plan.task.phase == Phase::Documents {
        if let Some(late) = &mut plan.task.late_documents {
            late.head = head.clone();
        }
        return;
    }
    let old = plan.task.code_tree.replace(code_tree.clone());
    let task = &mut plan.task;
    let mut seen = vec![&mut task.reviewed, &mut task.tested, &mut task.forge_reviewed];
    if let Some(result) = &mut task.result {
        result.commit = head.clone();
        seen.push(&mut result.code_tree);
    }
    for seen in seen.into_iter().filter(|seen| **seen == old) {
        *seen = Some(code_tree.clone());
    }
    plan.task.head = Some(head.clone());
}

fn conflict(plan: &mut Plan<'_>, base: &CommitSha, files: &[String]) {
    if plan.task.phase == Phase::Documents {
        return plan.block(
            &format!(
                "the documents conflict with the default branch: {}",
                files.join(", ")
            ),
            Resume::Merge,
        );
    }
    let Some(mending) = stage::named(plan, &plan.rules.pipeline.mending) else {
        return;
    };
    let reason = format!("conflict with {}", plan.rules.project.default_branch);
    let mut findings: Vec<String> = files.to_vec();
    findings.push(format!("merge commit {base} into the branch (it is in the repository: git merge {base}), resolve these files and commit the merge"));
    bounce::send_back(plan, mending, Cause::Conflict, &reason, findings);
}

/// The last gate passed: documents written after the merge go home, then the task is done.
pub(super) fn complete(plan: &mut Plan<'_>) {
    let run = plan.task.result.as_ref().map(|result| result.run);
    let (Some(late), Some(run)) = (plan.task.late_documents.clone(), run) else {
        return finish(plan);
    };
    plan.task.phase = Phase::Documents;
    if late.pull_request.is_none() {
        working::open_pull_request(plan, late.branch);
    }
    publishing::go_on(plan, run);
}

/// Done.
pub(super) fn finish(plan: &mut Plan<'_>) {
    plan.cancel_commands();
    let mut closing = Role::stream();
    if let Some(last) = plan.rules.pipeline.last() {
        if let Some(worker) = plan.rules.pipeline.previous(&last.name, plan.rules.project) {
            closing = plan.voice(&worker.name);
        }
        let html = stage_change_comment(plan.task.stage.as_str(), last.name.as_str(), None);
        plan.comment(Role::stream(), html);
        stage::move_to(plan, last);
    }
    plan.goto(TaskState::Done);
    let delivery = tell::delivery(&plan.task, plan.rules.pipeline);
    plan.comment(closing.clone(), done_comment(delivery));
    let summary = summary_comment(
        plan.rules.project.locale,
        &plan.task.usage(),
        &usage_by_role(plan),
    );
    plan.comment(closing, summary);
    stage::release(plan);
    plan.note("done");
}

fn usage_by_role(plan: &Plan<'_>) -> Vec<(Role, Usage)> {
    let mut roles: Vec<(Role, Usage)> = Vec::new();
    for stage in &plan.rules.pipeline.stages {
        let (Some(role), Some(totals)) = (&stage.role, plan.task.totals.get(&stage.name)) else {
            continue;
        };
        match roles.iter_mut().find(|(known, _)| known == role) {
            Some((_, usage)) => *usage += totals.usage,
            None => roles.push((role.clone(), totals.usage)),
        }
    }
    roles
}
