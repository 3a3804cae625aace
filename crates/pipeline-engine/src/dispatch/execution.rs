//! One job from claim to event: the work on one side, the lease on the other.

use std::time::Duration;

use pipeline_core::event::Event;
use pipeline_core::id::RunId;
use pipeline_core::job::{JobKind, JobStatus};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunEnd, RunStatus};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{LeasedJob, Renewal};
use pipeline_core::port::store::tasks::{Commit, Committed};
use pipeline_core::retry::back_off;
use pipeline_core::run::{FailureCause, RunFailure, RunRow};
use pipeline_core::time::Timestamp;
use tokio::sync::watch;

use crate::context::{Context, ProjectPorts};
use crate::dispatch::stall::StallWatch;
use crate::dispatch::{Call, agent, command, gather, recovery};
use crate::step::{Along, Stepped, job_end, step};

/// Tries of a call that prepares a run or brings its work in.
const PATIENCE: u32 = 5;

/// Whether the run has to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// It has not been started.
    Fresh,
    /// An earlier daemon started it; it runs or has ended.
    Adopted,
}

/// What came of the work.
pub(crate) enum Worked {
    /// This happened; the run's row for people, when it was an agent's.
    Event(Box<Event>, Option<RunRow>),
    /// It was called off.
    Cancelled(Option<RunRow>),
    /// The daemon ended it: the job is queued again.
    Interrupted(Option<RunRow>),
    /// No account of a provider takes it: the job waits until then, and nothing was begun.
    Postponed(Timestamp),
    /// It goes on without us: the next daemon takes it up, or the slow look.
    Left,
}

/// How following a run ended.
pub(crate) enum Followed {
    /// It ended.
    Ended(Box<RunEnd>),
    /// It was ended by the daemon.
    Interrupted(Box<RunEnd>),
    /// It goes on.
    Left,
    /// It cannot be followed.
    Failed(RunFailure),
}

/// Carries a job out and lets its result happen. Errors of the store are met with patience: the result must not be lost.
pub(crate) async fn carry_out(
    context: &Context,
    job: LeasedJob,
    (beginning, call): (Beginning, watch::Receiver<Call>),
) {
    tracing::info!(job.id = %job.id, job.fence = job.fence, work = job.kind.name(), ?beginning, "job begins");
    let Some(ports) = context.ports(&job.project) else {
        tracing::error!(job.id = %job.id, project.id = %job.project, "the project is not in the registry; the job waits");
        return;
    };
    let worked = tokio::select! {
        worked = work(context, ports, &job, (beginning, call)) => worked,
        () = keep_lease(context, &job) => {
            tracing::warn!(job.id = %job.id, "the lease was lost; the result will not be taken");
            return;
        }
    };
    let mut tries = 0;
    while let Err(error) = deliver(context, &job, &worked).await {
        tries += 1;
        tracing::error!(job.id = %job.id, %error, tries, "the result could not be stored; trying again");
        let wait = context.settings.poll.max(Duration::from_millis(200));
        context.clock.sleep(wait).await;
    }
}

async fn work(
    context: &Context,
    ports: &ProjectPorts,
    job: &LeasedJob,
    begin: (Beginning, watch::Receiver<Call>),
) -> Worked {
    match &job.kind {
        JobKind::Agent(work) => agent::run(context, ports, (job, work), begin).await,
        JobKind::Command(work) => command::run(context, ports, (job, work), begin).await,
        JobKind::Gather(work) => gather::gather(context, ports, (job, work)).await,
    }
}

/// Renews the lease for as long as it is ours; a wish to cancel is passed on to the runner, and a stall is told.
async fn keep_lease(context: &Context, job: &LeasedJob) {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let every = (context.settings.lease / 4)
        .min(Duration::from_secs(1))
        .max(Duration::from_millis(50));
    // Counted, not read from the clock: somebody may set it.
    let mut unrenewed = Duration::ZERO;
    let mut stall = StallWatch::default();
    loop {
        context.clock.sleep(every).await;
        unrenewed += every;
        if !matches!(job.kind, JobKind::Gather(_)) {
            stall.look(context, &run).await;
        }
        let until = context.clock.now().plus(context.settings.lease);
        if unrenewed < context.settings.lease / 4 && !cancel_wanted(context, job).await {
            continue;
        }
        match context
            .store
            .renew(job.id, job.fence, &context.settings.instance, until)
            .await
        {
            Ok(Renewal::Held) => unrenewed = Duration::ZERO,
            Ok(Renewal::CancelRequested) => {
                unrenewed = Duration::ZERO;
                if let Err(error) = context.runner.cancel(&run).await {
                    tracing::warn!(run.id = %run, %error, "the run could not be called off");
                }
            }
            Ok(Renewal::Lost) => return,
            Err(error) => tracing::warn!(job.id = %job.id, %error, "the lease could not be renewed"),
        }
    }
}

/// Called off, or not leased any more. A store that does not answer says neither.
async fn cancel_wanted(context: &Context, job: &LeasedJob) -> bool {
    match context.store.lease(job.id, job.fence).await {
        Ok(Renewal::Held) | Err(_) => false,
        Ok(Renewal::CancelRequested | Renewal::Lost) => true,
    }
}

async fn deliver(context: &Context, job: &LeasedJob, worked: &Worked) -> Result<(), StoreError> {
    let (event, status, run) = match worked {
        Worked::Event(event, run) => (event.as_ref().clone(), status_of(event), run.clone()),
        Worked::Cancelled(run) => return call_off(context, job, run.clone()).await,
        Worked::Interrupted(run) => return recovery::interrupted(context, job, run.clone()).await,
        Worked::Postponed(until) => {
            context.store.give_back(job.id, job.fence, *until, false).await?;
            return Ok(());
        }
        Worked::Left => {
            tracing::info!(job.id = %job.id, "the run is left to whoever takes its job up");
            return Ok(());
        }
    };
    let along = Along {
        job_end: Some(job_end(job, status)),
        run,
        ..Along::default()
    };
    if step(context, job.id.task, event, along).await? == Stepped::Unknown {
        tracing::warn!(job.id = %job.id, "the job's task is unknown");
    }
    Ok(())
}

/// A job that was called off before anything of it was done.
pub(super) async fn call_off_unbegun(context: &Context, job: &LeasedJob) -> Result<(), StoreError> {
    call_off(context, job, None).await
}

async fn call_off(context: &Context, job: &LeasedJob, run: Option<RunRow>) -> Result<(), StoreError> {
    let commit = Commit {
        at: context.clock.now(),
        job_end: Some(job_end(job, JobStatus::Cancelled)),
        run,
        ..Commit::default()
    };
    if context.store.commit(commit).await? == Committed::Fenced {
        tracing::warn!(job.id = %job.id, job.fence = job.fence, "a stale result was dropped");
    }
    Ok(())
}

fn status_of(event: &Event) -> JobStatus {
    use pipeline_core::run::{AgentOutcome, CommandOutcome};
    let failed = matches!(
        event,
        Event::AgentFinished {
            outcome: AgentOutcome::Failed { .. },
            ..
        } | Event::CommandFinished {
            outcome: CommandOutcome::NotRun(_) | CommandOutcome::Failed(_),
            ..
        } | Event::JobFailed { .. }
    );
    if failed {
        JobStatus::Failed
    } else {
        JobStatus::Done
    }
}

/// What may be repeated is tried again while its failure may pass: a run that is ready to begin or has done its work is not given up for a
/// moment's trouble. Not when it was called off meanwhile.
pub(crate) async fn patiently<T, Answer>(
    context: &Context,
    (job, what): (&LeasedJob, &str),
    mut call: impl FnMut() -> Answer,
) -> Result<T, PortError>
where
    Answer: Future<Output = Result<T, PortError>>,
{
    let mut tries = 1;
    loop {
        match call().await {
            Err(error @ (PortError::Retry { .. } | PortError::Ambiguous(_))) if tries < PATIENCE => {
                tracing::warn!(job.id = %job.id, what, %error, tries, "tried again soon");
                let wish = if let PortError::Retry { after, .. } = &error {
                    *after
                } else {
                    None
                };
                let wait = back_off((job.id.to_string(), what), tries, wish);
                context.clock.sleep(wait).await;
                if cancel_wanted(context, job).await {
                    return Err(error);
                }
                tries += 1;
            }
            answer => return answer,
        }
    }
}

/// A start whose answer was lost may have happened: the run is followed, and found lost if it did not.
pub(crate) fn begun(answer: Result<(), PortError>) -> Result<(), RunFailure> {
    match answer {
        Ok(()) | Err(PortError::Ambiguous(_)) => Ok(()),
        Err(error) => Err(failure_of(&error)),
    }
}

/// Follows a run to its end, or until the daemon leaves it; a lost one is a passing failure.
pub(crate) async fn follow(context: &Context, run: &RunId, mut call: watch::Receiver<Call>) -> Followed {
    let mut interrupted = false;
    loop {
        let called = *call.borrow_and_update();
        if called == Call::Leave {
            return Followed::Left;
        }
        if called == Call::Interrupt && !interrupted {
            interrupted = true;
            if let Err(error) = context.runner.cancel(run).await {
                tracing::warn!(run.id = %run, %error, "the run could not be called off");
            }
        }
        let status = tokio::select! {
            status = context.runner.wait(run) => status,
            changed = call.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return Followed::Left,
            },
        };
        match status {
            Ok(RunStatus::Ended(end)) if interrupted && end.cancelled => return Followed::Interrupted(end),
            Ok(RunStatus::Ended(end)) => return Followed::Ended(end),
            Ok(RunStatus::NeverBegan) => {
                let message = "the run's program was never started";
                return Followed::Failed(RunFailure::new(FailureCause::RunnerLost, message));
            }
            Ok(RunStatus::Lost) => {
                let message = "the run was lost: it left no completion marker";
                return Followed::Failed(RunFailure::new(FailureCause::RunnerLost, message));
            }
            Ok(RunStatus::Running) => {}
            // Not to know how it stands is no reason to start another beside it.
            Err(error @ (PortError::Retry { .. } | PortError::Ambiguous(_))) => {
                tracing::warn!(run.id = %run, %error, "the run cannot be looked at; trying again");
                let wait = context.settings.poll.max(Duration::from_millis(200));
                tokio::select! {
                    () = context.clock.sleep(wait) => {}
                    _ = call.changed() => {}
                }
            }
            Err(error) => return called_off(context, run, (&error, call)).await,
        }
    }
}

/// A run that cannot be followed must not work on unattended, nor beside the one that takes its place: it is called off, and only its end
/// settles its job. Where even that fails nothing is settled: the lease stays ours, and the slow look takes the job up again.
async fn called_off(
    context: &Context,
    run: &RunId,
    (error, mut call): (&PortError, watch::Receiver<Call>),
) -> Followed {
    tracing::error!(run.id = %run, %error, "the run cannot be followed and is called off");
    if let Err(error) = context.runner.cancel(run).await {
        tracing::error!(run.id = %run, %error, "the run could not be called off; its job is kept");
        return Followed::Left;
    }
    loop {
        match context.runner.status(run).await {
            Ok(RunStatus::Running) => {}
            // It had ended before it was called off.
            Ok(RunStatus::Ended(end)) if !end.cancelled => return Followed::Ended(end),
            Ok(RunStatus::Ended(_) | RunStatus::NeverBegan | RunStatus::Lost) | Err(_) => {
                return Followed::Failed(failure_of(error));
            }
        }
        if *call.borrow_and_update() == Call::Leave {
            return Followed::Left;
        }
        let wait = context.settings.poll.max(Duration::from_millis(200));
        tokio::select! {
            () = context.clock.sleep(wait) => {}
            changed = call.changed() => if changed.is_err() { return Followed::Left },
        }
    }
}

/// A port's failure as a run's failure.
pub(crate) fn failure_of(error: &PortError) -> RunFailure {
    match error {
        PortError::Retry { message, after } => transient(message).after(*after),
        PortError::Ambiguous(message) => transient(message),
        PortError::NotFound(_) | PortError::Conflict(_) | PortError::Permanent(_) => {
            RunFailure::new(FailureCause::BadConfiguration, error.to_string())
        }
    }
}

pub(crate) fn transient(message: impl Into<String>) -> RunFailure {
    RunFailure::new(FailureCause::Unavailable, message)
}
