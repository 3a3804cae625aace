//! Moving between stages: entering, launching a role, gathering for its gates, repairing.

use crate::brief::{Launch, compose};
use crate::effect::{EffectKind, StatusState};
use crate::evidence::EvidenceRequest;
use crate::gate::gate;
use crate::job::{AgentJob, CommandJob, GatherJob, JobKind, StartPoint};
use crate::message::comment::stage_change_comment;
use crate::project::Ci;
use crate::role::Role;
use crate::stage::{Cause, GateName, OnFail, Stage, StageName};
use crate::task::{Counters, Phase, Resume, TaskState};
use crate::transition::plan::Plan;
use crate::transition::{local_tests, merging, tell};

/// The status context under which our own CI command reports.
pub(super) const CI_CONTEXT: &str = "ci/test";

/// Goes to the next stage that applies; the merge comes between where the project wants it.
pub(super) fn advance(plan: &mut Plan<'_>) {
    let Some(next) = plan.rules.pipeline.next(&plan.task.stage, plan.rules.project) else {
        return merging::complete(plan);
    };
    if merging::comes_before(plan, next) {
        return merging::begin(plan);
    }
    enter(plan, next);
}

/// Enters a stage and starts its role; the last stage completes the task.
pub(super) fn enter(plan: &mut Plan<'_>, stage: &Stage) {
    if plan.stage(&plan.task.stage).is_some_and(tell::asks_approval) {
        plan.task.review_clock.1 = plan.task.review_clock.0.map(|_| plan.rules.now);
    }
    if stage.role.is_none() {
        return merging::complete(plan);
    }
    let html = stage_change_comment(plan.task.stage.as_str(), stage.name.as_str(), stage.role.as_ref());
    plan.comment(Role::stream(), html);
    plan.note(format!("{} → {}", plan.task.stage, stage.name));
    move_to(plan, stage);
    launch(plan, stage, &Launch::First);
}

/// Stands in a stage without starting anything.
pub(super) fn move_to(plan: &mut Plan<'_>, stage: &Stage) {
    plan.task.stage = stage.name.clone();
    plan.task.stage_since = plan.rules.now;
    plan.task.phase = Phase::Stage;
    plan.task.counters.repairs = 0;
    plan.task.counters.repushes = 0;
    plan.task.interrupted = None;
}

/// The same; before the merge, what was merged does not count any more: the work goes on from the default branch with a new pull request.
pub(super) fn move_back(plan: &mut Plan<'_>, stage: &Stage) {
    if plan.task.merged.is_some() && !plan.rules.pipeline.is_after_merge(&stage.name) {
        plan.task.merged = None;
        plan.task.rolled_back_at = Some(plan.rules.now);
        plan.task.pull_request = None;
        plan.task.late_documents = None;
    }
    move_to(plan, stage);
}

/// Queues a run of the stage's role.
pub(super) fn launch(plan: &mut Plan<'_>, stage: &Stage, why: &Launch) {
    let Some(role) = stage.role.clone() else { return };
    // Their result would be that of a head which is about to be replaced.
    plan.cancel_commands();
    plan.task.counters.attempts = 0;
    plan.task.counters.transient = 0;
    plan.task.outage = None;
    plan.task.recheck = None;
    plan.task.phase = Phase::Stage;
    plan.task.totals.entry(stage.name.clone()).or_default().runs += 1;
    plan.task.interrupted = None;
    let repair = matches!(why, Launch::Repair { .. });
    plan.task.repairing = repair;
    if let Some(result) = &mut plan.task.result {
        // Whatever it says, from here on the word of this run counts.
        result.stage = None;
    }
    let job = AgentJob {
        stage: stage.name.clone(),
        role: role.clone(),
        work_item: plan.task.work_item.clone(),
        branch: plan.task.branch.clone(),
        start: start_point(plan),
        brief: compose(&plan.task, stage, plan.rules, why),
        remove: if repair {
            Vec::new()
        } else {
            to_remove(plan, stage)
        },
        resume: why.resumes(),
        prompt: stage.prompt.clone(),
    };
    let job = plan.queue(JobKind::Agent(job));
    plan.goto(TaskState::Working { job });
    plan.note(format!("{role} is queued (job {job})"));
}

fn start_point(plan: &Plan<'_>) -> StartPoint {
    let task = &plan.task;
    if task.merged.is_some() {
        return StartPoint::DefaultBranch {
            with: task.late_documents.as_ref().map(|late| late.head.clone()),
        };
    }
    match &task.head {
        Some(head) if task.rolled_back_at.is_none() || task.pull_request.is_some() => {
            StartPoint::Branch { head: head.clone() }
        }
        with => StartPoint::DefaultBranch { with: with.clone() },
    }
}

/// Only fresh reports count, so old ones are taken away first.
fn to_remove(plan: &Plan<'_>, stage: &Stage) -> Vec<String> {
    let objection = stage.objects_in.as_ref().map(|(name, _)| name);
    stage
        .reports
        .iter()
        .chain(&stage.asks_in)
        .chain(objection)
        .map(|name| plan.task.document(name))
        .collect()
}

/// The stage's role works again because of what people did outside the pipeline. A role with a single attempt waits for a human's word.
pub(super) fn work_again(plan: &mut Plan<'_>, reason: &str) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    if stage.single_attempt {
        return plan.block(reason, Resume::Role);
    }
    let reason = reason.to_owned();
    launch(plan, stage, &Launch::Restart { reason });
}

/// Our head is on the branch, or theirs was adopted: CI and the gates look at it.
pub(super) fn look(plan: &mut Plan<'_>) {
    plan.task.interrupted = None;
    start_ci(plan);
    gather(plan);
}

/// Queues the gathering of evidence for the gates that are next.
pub(super) fn gather(plan: &mut Plan<'_>) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    plan.task.counters.unavailable = 0;
    let wants = wanted(plan, stage);
    let job = plan.queue(JobKind::Gather(GatherJob {
        stage: stage.name.clone(),
        wants,
    }));
    plan.goto(TaskState::Gathering { job });
    plan.note(format!("evidence is gathered (job {job})"));
}

/// The gates that guard the way on: of the stage, or those that a machine judges while merging.
pub(super) fn gates(plan: &Plan<'_>) -> Vec<GateName> {
    match plan.task.phase {
        Phase::Stage => plan
            .stage(&plan.task.stage)
            .map(|stage| local_tests::gates_of(plan, stage))
            .unwrap_or_default(),
        Phase::Merge => local_tests::gates_of_merge(plan),
        Phase::Documents => Vec::new(),
    }
}

fn wanted(plan: &Plan<'_>, stage: &Stage) -> EvidenceRequest {
    let commit = plan.task.result.as_ref().map(|result| result.commit.clone());
    let mut wants = EvidenceRequest {
        commit,
        ..EvidenceRequest::default()
    };
    for name in gates(plan) {
        wants.merge(gate(name).needs(&plan.task, plan.rules.project));
    }
    if plan.task.phase == Phase::Stage {
        let signals = stage
            .asks_in
            .iter()
            .chain(stage.objects_in.as_ref().map(|(name, _)| name));
        wants.merge(EvidenceRequest {
            paths: signals.map(|name| plan.task.document(name)).collect(),
            ..EvidenceRequest::default()
        });
        wants.merge(tell::documents_wanted(plan, stage));
    }
    wants
}

/// Queues our own CI for the task's head, where CI is ours and this code was not found green yet.
pub(super) fn start_ci(plan: &mut Plan<'_>) {
    let (Ci::Command(command), Some(head)) = (&plan.rules.project.ci, plan.task.head.clone()) else {
        return;
    };
    let known = plan.task.ci_green.is_some() && plan.task.ci_green == plan.task.code_tree;
    if known || !gates_on_ci(plan) {
        return;
    }
    if let Some(job) = plan.task.ci_job.take() {
        plan.cancel(job);
    }
    let job = plan.queue(JobKind::Command(CommandJob {
        context: CI_CONTEXT.to_owned(),
        command: command.clone(),
        commit: head.clone(),
        branch: plan.task.branch.clone(),
    }));
    plan.task.ci_job = Some(job);
    plan.task.ci_not_run = false;
    let queued = (StatusState::Pending, format!("queued as job {job}"), None);
    plan.tell(EffectKind::ReportStatus(super::waiting::ci_status(head, queued)));
}

fn gates_on_ci(plan: &Plan<'_>) -> bool {
    gates(plan).contains(&GateName::CheckCiGreen)
}

/// Where a failed gate of this stage leads.
pub(super) fn on_fail(plan: &Plan<'_>, gate: GateName) -> OnFail {
    match (plan.task.phase, plan.stage(&plan.task.stage)) {
        (Phase::Stage, Some(stage)) => match stage.on_fail.clone() {
            OnFail::Bounce { stage, .. } if gate == GateName::CheckTestsLocal => OnFail::Bounce {
                stage,
                cause: Cause::Tests,
            },
            on_fail @ (OnFail::Bounce { .. } | OnFail::Block { .. } | OnFail::Repair) => on_fail,
        },
        (Phase::Merge | Phase::Documents, _) | (Phase::Stage, None) => {
            let cause = if gate == GateName::CheckTestsLocal {
                Cause::Tests
            } else {
                Cause::Ci
            };
            OnFail::Bounce {
                stage: plan.rules.pipeline.mending.clone(),
                cause,
            }
        }
    }
}

/// A human's decision grants fresh counters.
pub(super) fn refresh_counters(plan: &mut Plan<'_>) {
    plan.task.counters = Counters::default();
    plan.task.outage = None;
    plan.task.command_outage = None;
}

/// The definition of a named stage, or of the task's own when the pipeline has none of that name.
pub(super) fn named<'a>(plan: &Plan<'a>, name: &StageName) -> Option<&'a Stage> {
    plan.stage(name).or_else(|| plan.stage(&plan.task.stage))
}

/// Gives the checkout back when the task is over.
pub(super) fn release(plan: &mut Plan<'_>) {
    let branch = plan.task.branch.clone();
    plan.tell(EffectKind::ReleaseCheckout { branch });
}
