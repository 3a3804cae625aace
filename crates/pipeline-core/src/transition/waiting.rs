//! Waiting for CI, and what time brings.

use std::time::Duration;

use crate::effect::{CommitStatus, EffectKind, ReportStatus, StatusState};
use crate::gate::Pending;
use crate::id::{CommitSha, JobId};
use crate::message::alert::{ci_slow_alert, error_alert};
use crate::message::comment::waiting_for_comment;
use crate::retry::back_off;
use crate::role::Role;
use crate::run::{CommandOutcome, FailureClass, RunFailure};
use crate::stage::GateName;
use crate::task::{Ask, CiWatch, Resume, TaskState, Wait};
use crate::timer::TimerKind;
use crate::transition::plan::Plan;
use crate::transition::stage::CI_CONTEXT;
use crate::transition::{Outcome, ignore, illegal, local_tests, stage, working};
use crate::usage::duration_text;

/// A gate is not decided yet because of CI.
pub(super) fn for_ci(plan: &mut Plan<'_>, gate: GateName, pending: &Pending) {
    let times = plan.rules.project.ci_times;
    if plan.task.ci_not_run {
        stage::start_ci(plan);
    }
    let waited = watch(plan);
    let given_up = match pending {
        Pending::CiSilent if waited >= times.appear => Some(format!(
            "no CI status appeared within {}; check that CI is set up for this repository",
            duration_text(times.appear.as_secs())
        )),
        Pending::DefaultRed(contexts) if waited >= times.timeout => {
            Some(format!("default branch is red: {}", contexts.join(", ")))
        }
        Pending::CiRuns if waited >= times.timeout => Some(format!(
            "CI still pending after {}",
            duration_text(times.timeout.as_secs())
        )),
        Pending::CiSilent
        | Pending::CiRuns
        | Pending::DefaultRed(_)
        | Pending::Approval
        | Pending::BranchMissing
        | Pending::OtherHead(_)
        | Pending::LocalTests
        | Pending::ForgeReview => None,
    };
    if let Some(reason) = given_up {
        return plan.block(&reason, Resume::Gates);
    }
    plan.task.recheck = None;
    tell_once(plan, pending, waited);
    watch_ci(plan, gate.as_str());
}

/// Waits for CI with a timer.
pub(super) fn watch_ci(plan: &mut Plan<'_>, what: &str) {
    let times = plan.rules.project.ci_times;
    let slow = plan.task.counters.ci_polls >= times.polls_before_alert;
    plan.arm(TimerKind::CiPoll, if slow { times.slow_poll } else { times.poll });
    plan.goto(TaskState::Waiting(Wait::Ci));
    plan.note(format!("waiting for CI ({what})"));
}

/// How long this head's CI is waited for; our own command in the queue is not CI's fault.
fn watch(plan: &mut Plan<'_>) -> Duration {
    let (Some(head), now) = (plan.task.head.clone(), plan.rules.now) else {
        return Duration::ZERO;
    };
    let queued = plan.task.ci_job.is_some();
    match &mut plan.task.ci {
        Some(watch) if watch.head == head => {
            if queued {
                watch.since = now;
            }
            now.since(watch.since)
        }
        _ => {
            plan.task.ci = Some(CiWatch {
                head,
                since: now,
                alerted: false,
            });
            plan.task.counters.ci_polls = 0;
            Duration::ZERO
        }
    }
}

fn tell_once(plan: &mut Plan<'_>, pending: &Pending, waited: Duration) {
    let late = plan.task.counters.ci_polls >= plan.rules.project.ci_times.polls_before_alert;
    let Some(watch) = &mut plan.task.ci else { return };
    let wi = plan.task.work_item.as_str();
    let text = match pending {
        Pending::DefaultRed(contexts) => {
            error_alert(wi, &format!("default branch is red: {}", contexts.join(", ")))
        }
        Pending::CiSilent | Pending::CiRuns if late => ci_slow_alert(wi, waited.as_secs()),
        Pending::CiSilent
        | Pending::CiRuns
        | Pending::Approval
        | Pending::BranchMissing
        | Pending::OtherHead(_)
        | Pending::LocalTests
        | Pending::ForgeReview => return,
    };
    if !watch.alerted {
        watch.alerted = true;
        plan.alert(text);
    }
}

pub(super) fn timer_fired(plan: &mut Plan<'_>, kind: TimerKind, generation: u32) -> Outcome {
    if plan.task.timers.get(&kind) != Some(&generation) {
        return ignore("a timer that was armed again or taken back");
    }
    match (kind, &plan.task.state) {
        (TimerKind::CiPoll, TaskState::Waiting(Wait::Ci)) => {
            plan.task.counters.ci_polls += 1;
            plan.disarm(kind);
            stage::gather(plan);
            Ok(())
        }
        (TimerKind::DependencyReminder, TaskState::Waiting(Wait::Dependency)) => {
            let html = waiting_for_comment(plan.rules.project.locale, &plan.task.blockers);
            plan.comment(Role::stream(), html);
            plan.arm(kind, Duration::from_secs(7 * 24 * 3_600));
            plan.note("still waiting for other issues");
            Ok(())
        }
        (TimerKind::CiPoll | TimerKind::DependencyReminder, _) => {
            illegal("the timer does not belong to this state")
        }
    }
}

/// Our own CI ended: its result becomes a status of the commit, and the gate looks at statuses only.
pub(super) fn command_finished(plan: &mut Plan<'_>, job: JobId, outcome: &CommandOutcome) -> Outcome {
    if plan.task.tests_job() == Some(job) {
        return local_tests::ended(plan, job, outcome);
    }
    if plan.task.ci_job != Some(job) {
        return ignore(format!("job {job} is not the CI that is waited for"));
    }
    let Some(head) = plan.task.head.clone() else {
        return illegal("CI ran without a head");
    };
    if try_again(plan, job, outcome, "CI") {
        return Ok(());
    }
    let report = ci_status(head, ci_result(outcome));
    plan.task.ci_job = None;
    if let CommandOutcome::NotRun(failure) = outcome {
        plan.task.ci_not_run = true;
        plan.tell(EffectKind::ReportStatus(report));
        not_run(plan, "CI", failure);
        return Ok(());
    }
    plan.task.counters.transient = 0;
    plan.task.outage = None;
    plan.task.command_outage = None;
    plan.note(format!("CI: {}", report.status.description));
    let kind = EffectKind::ReportStatus(report);
    match plan.task.state {
        TaskState::Waiting(Wait::Ci) | TaskState::Gathering { .. } => {
            plan.let_go_of_report();
            plan.task.ci_report = Some(plan.require(kind));
        }
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => plan.tell(kind),
    }
    Ok(())
}

/// Of a command that did nothing any more.
pub(super) const STALLED: &str =
    "stopped as stalled: no output, no processor time and no changed file for too long";

/// A command that could not run for a passing reason is queued again, with patience; false: its outcome counts.
pub(super) fn try_again(plan: &mut Plan<'_>, job: JobId, outcome: &CommandOutcome, what: &str) -> bool {
    let (failure, endure): (_, fn(&mut Plan<'_>, &str) -> bool) = match outcome {
        CommandOutcome::NotRun(failure) => (failure, working::endure_command),
        CommandOutcome::Failed(failure) => (failure, working::endure),
        CommandOutcome::Ran { .. } => return false,
    };
    if failure.class != FailureClass::Transient {
        return false;
    }
    plan.task.counters.transient += 1;
    if !endure(plan, &failure.message) {
        return false;
    }
    let wait = back_off(job.to_string(), plan.task.counters.transient, failure.retry_after);
    plan.requeue(job, wait);
    plan.note(format!("{what} could not run ({}); tried again", failure.message));
    true
}

/// A command of ours that cannot be run judges nothing and calls nobody who works: the task stops until people have mended it. Where it
/// is not waited for, the next look at the gates queues it again.
pub(super) fn not_run(plan: &mut Plan<'_>, what: &str, failure: &RunFailure) {
    plan.task.counters.transient = 0;
    plan.task.outage = None;
    plan.task.command_outage = None;
    let lasted = if failure.class == FailureClass::Transient {
        " (for 24 hours)"
    } else {
        ""
    };
    let reason = format!("{what} could not run: {}{lasted}", failure.message);
    match plan.task.state {
        TaskState::Gathering { .. }
        | TaskState::Waiting(Wait::Ci | Wait::Human(Ask::Documents { .. } | Ask::ForgeReview)) => {
            plan.cancel_current();
            plan.block(&reason, Resume::Gates);
        }
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => plan.note(reason),
    }
}

/// State, description and log tail of the status that an outcome becomes.
fn ci_result(outcome: &CommandOutcome) -> (StatusState, String, Option<String>) {
    match outcome {
        CommandOutcome::NotRun(failure) => {
            let said = format!("could not run: {}", failure.message);
            (StatusState::Pending, said, None)
        }
        CommandOutcome::Failed(failure) => (StatusState::Error, failure.message.clone(), None),
        CommandOutcome::Ran {
            stalled: true,
            log_tail,
            ..
        } => (StatusState::Failure, STALLED.to_owned(), Some(log_tail.clone())),
        CommandOutcome::Ran {
            timed_out: true,
            log_tail,
            ..
        } => (
            StatusState::Failure,
            "stopped at its time limit".to_owned(),
            Some(log_tail.clone()),
        ),
        CommandOutcome::Ran {
            exit_code: Some(0),
            duration_ms,
            ..
        } => (
            StatusState::Success,
            format!("passed in {}", duration_text(duration_ms / 1_000)),
            None,
        ),
        CommandOutcome::Ran {
            exit_code, log_tail, ..
        } => {
            let code = exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
            (
                StatusState::Failure,
                format!("exit code {code}"),
                Some(log_tail.clone()),
            )
        }
    }
}

/// A status of our own CI.
pub(super) fn ci_status(
    commit: CommitSha,
    (state, description, log_tail): (StatusState, String, Option<String>),
) -> ReportStatus {
    let context = CI_CONTEXT.to_owned();
    ReportStatus {
        commit,
        status: CommitStatus {
            context,
            state,
            description,
            url: None,
            log_tail,
        },
    }
}
