//! After a start: which jobs of an earlier daemon go on, and which are queued again. Decided by the life of the run, never by age.

use std::sync::Arc;

use pipeline_core::event::Event;
use pipeline_core::id::RunId;
use pipeline_core::job::{JobKind, JobStatus};
use pipeline_core::port::runner::RunStatus;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{LeasedJob, Renewal};
use pipeline_core::port::store::tasks::{Commit, TaskKey};
use pipeline_core::run::{AgentOutcome, FailureCause, RunFailure, RunRecord, RunRow};
use tokio::task::JoinSet;

use crate::context::Context;
use crate::dispatch::execution::{Beginning, transient};
use crate::step::{Along, job_end, step};

/// Jobs that are looked at side by side.
const AT_ONCE: usize = 32;
/// A job over which so many daemons died is not tried again.
const POISON: u32 = 3;

/// The jobs whose runs are alive or have ended; all others are given back.
pub(super) async fn adoptable(context: &Arc<Context>) -> Result<Vec<LeasedJob>, StoreError> {
    let leased = context.store.leased().await?;
    let mut others = leased
        .into_iter()
        .filter(|job| job.owner != context.settings.instance);
    let (mut looking, mut adopted, mut outcome) = (JoinSet::new(), Vec::new(), Ok(()));
    loop {
        // Side by side: what is written of them shares commits, and the disk is waited for once.
        while looking.len() < AT_ONCE
            && let Some(job) = others.next()
        {
            let context = Arc::clone(context);
            looking.spawn(async move { take_up(&context, job).await });
        }
        match looking.join_next().await {
            None => break,
            Some(Ok(Ok(job))) => adopted.extend(job),
            Some(Ok(Err(error))) => outcome = outcome.and(Err(error)),
            Some(Err(error)) => {
                let error = StoreError::Unavailable(format!("taking up a run ended badly: {error}"));
                outcome = outcome.and(Err(error));
            }
        }
    }
    adopted.sort_by_key(|job| job.id);
    outcome.map(|()| adopted)
}

/// Answers the job when its run goes on or has to be taken in.
async fn take_up(context: &Context, job: LeasedJob) -> Result<Option<LeasedJob>, StoreError> {
    match &job.kind {
        JobKind::Gather(_) => give_back(context, &job, false).await.map(|()| None),
        JobKind::Agent(_) | JobKind::Command(_) => adopt(context, job).await,
    }
}

async fn adopt(context: &Context, job: LeasedJob) -> Result<Option<LeasedJob>, StoreError> {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let status = context.runner.status(&run).await;
    if let Ok(RunStatus::NeverBegan) = status {
        tracing::info!(run.id = %run, "the daemon ended before the run began");
        close_row(context, &run).await?;
        give_back(context, &job, true).await?;
        return Ok(None);
    }
    if let Ok(RunStatus::Lost) = status {
        tracing::warn!(run.id = %run, "the run was lost with its daemon");
        close_row(context, &run).await?;
        lost(context, &job).await?;
        return Ok(None);
    }
    // One whose state cannot be read now may be alive: it is followed, never started a second time.
    let until = context.clock.now().plus(context.settings.lease);
    let renewed = context
        .store
        .renew(job.id, job.fence, &context.settings.instance, until)
        .await?;
    tracing::info!(run.id = %run, ?renewed, alive = matches!(status, Ok(RunStatus::Running)), "run adopted");
    Ok((renewed != Renewal::Lost).then_some(job))
}

/// People must not see a run at work for ever whose job goes on with its next attempt.
async fn close_row(context: &Context, run: &RunId) -> Result<(), StoreError> {
    let rows = context.store.runs(run.job.task).await?;
    let open = |row: &RunRow| row.run == *run && row.finished_at.is_none();
    let Some(row) = rows.into_iter().find(open) else {
        return Ok(());
    };
    let now = context.clock.now();
    let row = RunRow {
        finished_at: Some(now),
        outcome: "lost".to_owned(),
        ..row
    };
    let commit = Commit {
        at: now,
        run: Some(row),
        ..Commit::default()
    };
    context.store.commit(commit).await?;
    Ok(())
}

/// How a job of ours that nobody carries out goes on: by following its run, if there is one.
pub(super) async fn beginning_of(context: &Context, job: &LeasedJob) -> Beginning {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    match (&job.kind, context.runner.status(&run).await) {
        (JobKind::Gather(_), _)
        | (JobKind::Agent(_) | JobKind::Command(_), Ok(RunStatus::NeverBegan | RunStatus::Lost)) => {
            Beginning::Fresh
        }
        (JobKind::Agent(_) | JobKind::Command(_), _) => Beginning::Adopted,
    }
}

/// A lost attempt is queued again, unless its stage has a single one: then the rules hear of it.
async fn lost(context: &Context, job: &LeasedJob) -> Result<(), StoreError> {
    if !has_single_attempt(context, job).await? {
        return give_back(context, job, true).await;
    }
    fail(context, job, "the run was lost: it left no completion marker").await
}

/// An attempt that the daemon ended itself; nobody died over it.
pub(super) async fn interrupted(
    context: &Context,
    job: &LeasedJob,
    run: Option<RunRow>,
) -> Result<(), StoreError> {
    let row = Commit {
        at: context.clock.now(),
        run,
        ..Commit::default()
    };
    context.store.commit(row).await?;
    if has_single_attempt(context, job).await? {
        return fail(context, job, "an operator ended the run with orchctl stop --kill").await;
    }
    tracing::info!(job.id = %job.id, "the run was ended; its job is queued again");
    give_back(context, job, false).await
}

async fn fail(context: &Context, job: &LeasedJob, why: &str) -> Result<(), StoreError> {
    let outcome = AgentOutcome::Failed {
        failure: transient(why),
        record: RunRecord::default(),
    };
    let event = Event::AgentFinished {
        job: job.id,
        fence: job.fence,
        outcome,
    };
    let along = Along {
        job_end: Some(job_end(job, JobStatus::Failed)),
        ..Along::default()
    };
    step(context, job.id.task, event, along).await?;
    Ok(())
}

async fn has_single_attempt(context: &Context, job: &LeasedJob) -> Result<bool, StoreError> {
    let JobKind::Agent(work) = &job.kind else {
        return Ok(false);
    };
    let Some(task) = context.store.task(&TaskKey::Id(job.id.task)).await? else {
        return Ok(false);
    };
    let pipeline = context.pipeline_of(&task).await?;
    Ok(pipeline.is_some_and(|pipeline| {
        pipeline
            .stage(&work.stage)
            .is_some_and(|stage| stage.single_attempt)
    }))
}

async fn give_back(context: &Context, job: &LeasedJob, died: bool) -> Result<(), StoreError> {
    if died && job.deaths + 1 >= POISON {
        let until = context.clock.now().plus(context.settings.lease);
        context
            .store
            .renew(job.id, job.fence, &context.settings.instance, until)
            .await?;
        let message = format!(
            "job {} was running when the daemon died, {POISON} times: poison",
            job.id
        );
        let failure = RunFailure::new(FailureCause::Poison, message);
        let event = Event::JobFailed {
            job: job.id,
            fence: job.fence,
            failure,
        };
        let along = Along {
            job_end: Some(job_end(job, JobStatus::Failed)),
            ..Along::default()
        };
        step(context, job.id.task, event, along).await?;
        return Ok(());
    }
    context
        .store
        .give_back(job.id, job.fence, context.clock.now(), died)
        .await?;
    Ok(())
}
