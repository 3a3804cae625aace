//! A role works: what the end of its run means.

use std::time::Duration;

use crate::brief::Launch;
use crate::effect::{EffectKind, OpenPullRequest, Push};
use crate::id::{AccountId, BranchName, JobId, RunId};
use crate::message::alert::{agent_failed_alert, blocked_alert};
use crate::message::comment::protected_paths_comment;
use crate::message::setback::write_scope_comment;
use crate::resilience::bearing;
use crate::retry::{ALERT_AFTER, GIVE_UP_AFTER, back_off};
use crate::role::Role;
use crate::run::{AgentOutcome, Change, FailureCause, FailureClass, Harvest, RunFailure, RunRecord};
use crate::scope::{ScopeVerdict, check_scope};
use crate::stage::Stage;
use crate::task::{Ask, LateDocuments, Outage, ResultCommit, Resume, TaskState, Wait};
use crate::time::Timestamp;
use crate::transition::plan::Plan;
use crate::transition::{Outcome, gathering, ignore, publishing, stage};

pub(super) fn agent_finished(plan: &mut Plan<'_>, job: JobId, fence: u32, outcome: &AgentOutcome) -> Outcome {
    if plan.task.state != (TaskState::Working { job }) {
        return ignore(format!("job {job} is not the one that works"));
    }
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return ignore("the stage is not in the pipeline");
    };
    match outcome {
        AgentOutcome::Finished { harvest, record } => {
            count(plan, record, true);
            plan.task.counters.transient = 0;
            plan.task.outage = None;
            finished(plan, stage, RunId { job, fence }, harvest);
        }
        AgentOutcome::Failed { failure, record } => {
            count(plan, record, false);
            failed(plan, stage, RunId { job, fence }, (failure, record));
        }
    }
    Ok(())
}

/// A job that cannot be run any more, whatever its kind.
pub(super) fn job_failed(plan: &mut Plan<'_>, job: JobId, failure: &RunFailure) -> Outcome {
    if plan.task.ci_job == Some(job) {
        plan.task.ci_job = None;
    } else if plan.task.tests_job() == Some(job) {
        plan.task.local_tests = None;
    } else if plan.task.current_job() != Some(job) {
        return ignore(format!("job {job} is not waited for"));
    }
    if let TaskState::Merging { .. } = plan.task.state {
        // The merge needs it no more, and its outcome has to be taken.
        plan.note(format!("job {job} failed: {}", failure.message));
        return Ok(());
    }
    let resume = if matches!(plan.task.state, TaskState::Working { .. }) {
        Resume::Role
    } else {
        Resume::Gates
    };
    plan.cancel_current();
    plan.block(&failure.message, resume);
    Ok(())
}

fn count(plan: &mut Plan<'_>, record: &RunRecord, finished: bool) {
    let totals = plan.task.totals.entry(plan.task.stage.clone()).or_default();
    totals.usage += record.usage;
    totals.duration_ms += record.duration_ms;
    if finished {
        totals.finished = true;
        totals.last_duration_ms = record.duration_ms;
        totals.last_usage = record.usage;
        totals.model.clone_from(&record.model);
    }
}

fn finished(plan: &mut Plan<'_>, stage: &Stage, run: RunId, harvest: &Harvest) {
    let directory = plan.task.document("");
    match check_scope(&stage.scope, &directory, &protected(plan), &harvest.changed) {
        ScopeVerdict::Inside => publish(plan, run, harvest),
        ScopeVerdict::Outside(paths) => outside(plan, stage, run, &paths),
        ScopeVerdict::Protected(paths) => {
            take(plan, run, harvest);
            ask_for_protected(plan, stage, run, (harvest, paths));
        }
    }
}

/// What the project protects, and the prompts that the definition names, wherever they stand: no role writes its own orders.
fn protected(plan: &Plan<'_>) -> Vec<String> {
    let prompts = plan.rules.pipeline.stages.iter();
    let prompts = prompts.filter_map(|stage| stage.prompt.clone());
    let own = plan.rules.project.protected_paths.iter().cloned();
    own.chain(prompts).collect()
}

fn outside(plan: &mut Plan<'_>, stage: &Stage, run: RunId, paths: &[String]) {
    let role = stage.role.clone().unwrap_or_else(Role::stream);
    let diagnosis = format!("{role} wrote outside its files: {}", paths.join(", "));
    let max = plan.rules.pipeline.limits.repairs;
    if stage.single_attempt || plan.task.counters.repairs >= max {
        return plan.block(&diagnosis, Resume::Role);
    }
    plan.task.counters.repairs += 1;
    let html = write_scope_comment(plan.rules.project.locale, &role, paths);
    plan.comment(role, html);
    let why = Launch::Repair {
        diagnosis,
        run: Some(run),
        kept: false,
    };
    stage::launch(plan, stage, &why);
}

fn ask_for_protected(
    plan: &mut Plan<'_>,
    stage: &Stage,
    run: RunId,
    (harvest, paths): (&Harvest, Vec<String>),
) {
    let role = stage.role.clone().unwrap_or_else(Role::stream);
    let html = protected_paths_comment(plan.rules.project.locale, &role, &paths);
    plan.comment(role, html);
    let what = "Set the issue to Approved to accept, to Rejected to send them back";
    let reason = format!("protected files changed: {}", paths.join(", "));
    plan.alert(blocked_alert(
        plan.task.work_item.as_str(),
        stage.name.as_str(),
        &reason,
        what,
    ));
    plan.goto(TaskState::Waiting(Wait::Human(Ask::ProtectedPaths {
        head: harvest.head.clone(),
        run,
        paths,
    })));
    plan.note("protected files need a human");
}

/// Remembers the run's result.
fn take(plan: &mut Plan<'_>, run: RunId, harvest: &Harvest) {
    let written = harvest
        .changed
        .iter()
        .filter(|changed| changed.change != Change::Deleted)
        .map(|changed| changed.path.clone())
        .collect();
    plan.task.result = Some(ResultCommit {
        run,
        commit: harvest.head.clone(),
        stage: Some(plan.task.stage.clone()),
        code_tree: Some(harvest.code_tree.clone()),
        adopted: false,
        written,
        start: Some(harvest.start.clone()),
        repair: plan.task.repairing,
    });
    plan.task.code_tree = Some(harvest.code_tree.clone());
    plan.task.docs_tree.clone_from(&harvest.docs_tree);
}

fn publish(plan: &mut Plan<'_>, run: RunId, harvest: &Harvest) {
    take(plan, run, harvest);
    if plan.task.merged.is_some() {
        push_late(plan, run, harvest);
    } else {
        push_branch(plan, harvest.head.clone());
    }
    publishing::go_on(plan, run);
}

/// Pushes the task's branch, and opens the pull request with the mending role's first push.
pub(super) fn push_branch(plan: &mut Plan<'_>, commit: crate::id::CommitSha) {
    let refused = plan.task.refused_push().cloned();
    let has_to_be_pushed = refused.is_some() || plan.task.head.as_ref() != Some(&commit);
    plan.task.unpushed = None;
    let expected = refused.map_or_else(|| plan.task.head.clone(), |push| push.expected);
    if has_to_be_pushed {
        let push = Push {
            branch: plan.task.branch.clone(),
            commit: commit.clone(),
            expected,
        };
        plan.require(EffectKind::Push(push));
        plan.task.head = Some(commit);
    }
    if plan.task.stage == plan.rules.pipeline.mending && plan.task.pull_request.is_none() {
        open_pull_request(plan, plan.task.branch.clone());
    }
}

pub(super) fn open_pull_request(plan: &mut Plan<'_>, branch: BranchName) {
    let title = format!("{}: {}", plan.task.work_item, plan.task.title);
    let body = format!(
        "Work item {}.\n\nDocuments: `{}`\n\nOrchd-Task: {}/{}",
        plan.task.work_item,
        plan.task.document(""),
        plan.task.project,
        plan.task.id
    );
    plan.require(EffectKind::OpenPullRequest(OpenPullRequest {
        branch,
        title,
        body,
    }));
}

/// After the merge, documents go to a branch of their own.
fn push_late(plan: &mut Plan<'_>, run: RunId, harvest: &Harvest) {
    if harvest.head == harvest.start {
        return;
    }
    let late = plan.task.late_documents.take();
    let branch = late.as_ref().map_or_else(
        || BranchName::new(format!("docs/{}-{}", plan.task.work_item, run.job)),
        |late| late.branch.clone(),
    );
    let expected = late.as_ref().map(|late| late.head.clone());
    let head = harvest.head.clone();
    plan.require(EffectKind::Push(Push {
        branch: branch.clone(),
        commit: head.clone(),
        expected,
    }));
    plan.task.late_documents = Some(LateDocuments {
        branch,
        head,
        pull_request: late.and_then(|late| late.pull_request),
    });
}

fn failed(plan: &mut Plan<'_>, stage: &Stage, run: RunId, (failure, record): (&RunFailure, &RunRecord)) {
    let limit = plan.rules.pipeline.attempts_in(stage);
    let role = stage.role.clone().unwrap_or_else(Role::stream);
    // In logs of versions that knew no accounts none is named: they are decided as they were.
    let account = record.provider.as_ref();
    let may_repeat = !stage.single_attempt || did_nothing(failure, record);
    let is_pointless = account.is_some() && fails_the_same_way(failure.cause);
    match failure.class {
        FailureClass::Transient | FailureClass::Permanent
            if may_repeat && let Some(account) = account.filter(|_| bearing(failure).holds_jobs()) =>
        {
            wait_for(plan, run.job, (account, failure));
        }
        FailureClass::Transient if may_repeat => transient(plan, run.job, failure),
        FailureClass::Agent if is_pointless => {
            let log = format!("runs/{run}");
            let sentence = agent_failed_alert(plan.task.work_item.as_str(), &role, record.exit_code, &log);
            let reason = format!(
                "{}. {}",
                failure.message.trim_end_matches('.'),
                failure.cause.advice()
            );
            plan.block_after(&sentence, &reason, Resume::Role);
        }
        FailureClass::Agent if plan.task.counters.attempts + 1 < limit => {
            plan.task.counters.attempts += 1;
            plan.requeue(run.job, Duration::ZERO);
            plan.goto(TaskState::Working { job: run.job });
            plan.note(format!(
                "{role} failed ({}); job {} is tried again",
                failure.message, run.job
            ));
        }
        FailureClass::Transient | FailureClass::Agent | FailureClass::Permanent | FailureClass::Poison => {
            let log = format!("runs/{run}");
            let sentence = agent_failed_alert(plan.task.work_item.as_str(), &role, record.exit_code, &log);
            plan.block_after(&sentence, &failure.message, Resume::Role);
        }
    }
}

/// The account holds its runs back until it is in order, or another one takes over: the job waits in the queue, and nothing is counted.
fn wait_for(plan: &mut Plan<'_>, job: JobId, (account, failure): (&AccountId, &RunFailure)) {
    plan.requeue(job, Duration::ZERO);
    plan.goto(TaskState::Working { job });
    plan.note(format!(
        "{account}: {}; job {job} waits in the queue",
        failure.message
    ));
}

/// Provably: its program was never started, or refused its command line before it read what to do.
fn did_nothing(failure: &RunFailure, record: &RunRecord) -> bool {
    let refused = matches!(
        failure.cause,
        FailureCause::MissingProgram | FailureCause::BadFlag
    );
    record.never_began || (record.provider.is_some() && refused)
}

/// The same run again would end the same way, and cost the same.
fn fails_the_same_way(cause: FailureCause) -> bool {
    matches!(
        cause,
        FailureCause::ContextTooLong | FailureCause::TurnCap | FailureCause::MoneyCap | FailureCause::Refusal
    )
}

fn transient(plan: &mut Plan<'_>, job: JobId, failure: &RunFailure) {
    plan.task.counters.transient += 1;
    if !endure(plan, &failure.message) {
        return plan.block(&format!("{} (for 24 hours)", failure.message), Resume::Role);
    }
    let wait = back_off(job.to_string(), plan.task.counters.transient, failure.retry_after);
    plan.requeue(job, wait);
    plan.goto(TaskState::Working { job });
    plan.note(format!("{}; again in {} s", failure.message, wait.as_secs()));
}

/// Notes that something outside does not answer: an alert after 30 minutes, false after a day.
pub(super) fn endure(plan: &mut Plan<'_>, message: &str) -> bool {
    let (rings, goes_on) = lasts(&mut plan.task.outage, plan.rules.now);
    if rings {
        gathering::ring(plan, message);
    }
    goes_on
}

/// The same for a command of ours, which is tried again while evidence is there.
pub(super) fn endure_command(plan: &mut Plan<'_>, message: &str) -> bool {
    let (rings, goes_on) = lasts(&mut plan.task.command_outage, plan.rules.now);
    if rings {
        gathering::ring(plan, message);
    }
    goes_on
}

/// Whether people are told now, and whether it is endured still.
fn lasts(outage: &mut Option<Outage>, now: Timestamp) -> (bool, bool) {
    let outage = outage.get_or_insert(Outage {
        since: now,
        alerted: false,
    });
    let lasted = now.since(outage.since);
    let rings = lasted >= ALERT_AFTER && !outage.alerted;
    outage.alerted |= rings;
    (rings, lasted < GIVE_UP_AFTER)
}
