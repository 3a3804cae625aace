//! An agent's job: checkout, prompt, run, harvest.

use std::time::Duration;

use pipeline_core::event::Event;
use pipeline_core::evidence::Document;
use pipeline_core::id::{AccountId, RunId};
use pipeline_core::job::AgentJob;
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunEnd, RunOccasion, RunSpec, RunWork, Tries};
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::port::store::tasks::{Commit, TaskKey};
use pipeline_core::port::workspace::{CheckoutSpec, HarvestSpec};
use pipeline_core::prompt::fill;
use pipeline_core::resilience::AccountHealth;
use pipeline_core::role::Role;
use pipeline_core::run::{AgentOutcome, FailureCause, RunFailure, RunRecord, RunRow};
use pipeline_core::stage::WriteScope;
use tokio::sync::watch;

use crate::context::{Context, ProjectPorts};
use crate::dispatch::Call;
use crate::dispatch::execution::{Beginning, Followed, Worked, begun, failure_of, follow, patiently};
use crate::dispatch::provider::{self, Choice};

pub(super) async fn run(
    context: &Context,
    ports: &ProjectPorts,
    (job, work): (&LeasedJob, &AgentJob),
    (beginning, call): (Beginning, watch::Receiver<Call>),
) -> Worked {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let mut row = row(context, run, work);
    if beginning == Beginning::Fresh {
        let account = match provider::choose(context, ports, (run, &work.role)).await {
            Ok(Choice::Taken(account)) => *account,
            Ok(Choice::Nobody(until)) => return Worked::Postponed(until),
            Err(error) => {
                tracing::warn!(run.id = %run, %error, "no account could be chosen; trying again soon");
                return Worked::Postponed(context.clock.now().plus(Duration::from_secs(1)));
            }
        };
        row.record.provider = Some(account.account.clone());
        let rules = rules_of(context, job, work).await;
        let occasion = RunOccasion {
            queued_at: job.available_at,
            claimed_at: row.started_at,
            tries: rules.as_ref().map(|rules| rules.tries),
        };
        let scope = rules.map(|rules| rules.scope);
        let never_began = RunRecord {
            never_began: true,
            ..RunRecord::default()
        };
        // The row is durable before the run starts; the checkout need not wait for it.
        let (prepared, ()) = tokio::join!(
            prepare(context, ports, (job, run, occasion), (work, account, scope)),
            announce(context, &row),
        );
        let spec = match prepared {
            Ok(spec) => spec,
            Err(failure) => {
                return of_the_machine(context, row, failure, never_began);
            }
        };
        if let Err(failure) = begun(context.runner.start(&spec).await) {
            return of_the_machine(context, row, failure, never_began);
        }
    } else if let Some(announced) = announced(context, &run).await {
        row = announced;
    }
    match follow(context, &run, call).await {
        Followed::Ended(end) => finish(context, ports, (job, work, row), *end).await,
        Followed::Interrupted(end) => {
            let row = ended(context, row, "interrupted".to_owned(), end.record);
            Worked::Interrupted(Some(row))
        }
        Followed::Left => Worked::Left,
        Followed::Failed(failure) => of_the_machine(context, row, failure, RunRecord::default()),
    }
}

async fn finish(
    context: &Context,
    ports: &ProjectPorts,
    (job, work, row): (&LeasedJob, &AgentJob, RunRow),
    end: RunEnd,
) -> Worked {
    if end.cancelled {
        return Worked::Cancelled(Some(ended(context, row, "cancelled".to_owned(), end.record)));
    }
    if let Some(failure) = end.failure {
        return failed(context, row, failure, end.record);
    }
    let spec = HarvestSpec {
        run: row.run,
        branch: work.branch.clone(),
        role: work.role.clone(),
        work_item: work.work_item.clone(),
        message: format!(
            "{}({}): auto-commit from {} run_id={}",
            work.role, ports.project.prefix, work.role, row.run
        ),
    };
    match patiently(context, (job, "harvest"), || ports.workspace.harvest(&spec)).await {
        Ok(harvest) => {
            let outcome = AgentOutcome::Finished {
                harvest,
                record: end.record.clone(),
            };
            let event = Event::AgentFinished {
                job: row.run.job,
                fence: row.run.fence,
                outcome,
            };
            Worked::Event(
                Box::new(event),
                Some(ended(context, row, "finished".to_owned(), end.record)),
            )
        }
        Err(error) => failed(context, row, harvest_failure(&error), end.record),
    }
}

/// What an agent did to its checkout is the agent's failure; what the machine did is not.
fn harvest_failure(error: &PortError) -> RunFailure {
    let failure = failure_of(error);
    match error {
        PortError::Permanent(_) | PortError::Conflict(_) | PortError::NotFound(_) => {
            RunFailure::new(FailureCause::ResultUnusable, failure.message)
        }
        PortError::Retry { .. } | PortError::Ambiguous(_) => failure,
    }
}

async fn prepare(
    context: &Context,
    ports: &ProjectPorts,
    (job, run, occasion): (&LeasedJob, RunId, RunOccasion),
    (work, account, scope): (&AgentJob, AccountHealth, Option<WriteScope>),
) -> Result<RunSpec, RunFailure> {
    let spec = CheckoutSpec {
        run,
        branch: work.branch.clone(),
        start: work.start.clone(),
        remove: work.remove.clone(),
        from_default: places_of_prompt(work),
        clean: false,
    };
    let checkout = patiently(context, (job, "checkout"), || ports.workspace.checkout(&spec))
        .await
        .map_err(|error| failure_of(&error))?;
    let timeout = ports
        .project
        .run_timeouts
        .get(&work.role)
        .copied()
        .unwrap_or(context.settings.run_timeout);
    Ok(RunSpec {
        run,
        project: ports.project.id.clone(),
        directory: checkout.directory,
        timeout,
        occasion,
        work: RunWork::Agent {
            role: work.role.clone(),
            stage: work.stage.clone(),
            work_item: work.work_item.clone(),
            prompt: prompt(context, ports, (work, &checkout.from_default)),
            brief: work.brief.clone(),
            scope,
            resume: session_of(context, (job, work), &account.account).await,
            // What is not known is taken for the version that our flags were verified with.
            version: account.preflight.and_then(|made| made.report.version),
            provider: account.account,
        },
    })
}

/// Where the project may have a prompt of its own, the first first.
fn places_of_prompt(work: &AgentJob) -> Vec<String> {
    let usual = ["agents", ".openclaw/agents"].map(|directory| format!("{directory}/{}.md", work.role));
    work.prompt.iter().cloned().chain(usual).collect()
}

/// The prompt of the stage or the role at the project's default branch, else ours. Never from the task's branch: an agent does not write its own orders.
fn prompt(context: &Context, ports: &ProjectPorts, (work, theirs): (&AgentJob, &[Document])) -> String {
    if let Some(named) = &work.prompt
        && !theirs.iter().any(|document| document.path == *named)
    {
        tracing::warn!(stage = %work.stage, role = %work.role, prompt = named, "the prompt that the pipeline names is not on the default branch; that of the role is used");
    }
    let theirs = places_of_prompt(work)
        .iter()
        .find_map(|place| theirs.iter().find(|document| document.path == *place))
        .map(|document| document.text.clone());
    let text = theirs
        .or_else(|| context.prompts.get(&work.role).cloned())
        .unwrap_or_else(|| fallback(&work.role));
    fill(&text, &ports.project, work)
}

fn fallback(role: &Role) -> String {
    format!("You are the {role} of a development pipeline. Do what the brief says.")
}

/// What the pipeline of a job's task says of its stage.
struct StageRules {
    tries: Tries,
    scope: WriteScope,
}

/// For the run's record and for the program's own tool rules: what is not known is left out of the one and not restricted in the other, for the
/// harvest is looked at in any case.
async fn rules_of(context: &Context, job: &LeasedJob, work: &AgentJob) -> Option<StageRules> {
    let task = context.store.task(&TaskKey::Id(job.id.task)).await.ok()??;
    let pipeline = context.pipeline_of(&task).await.ok()??;
    let stage = pipeline.stage(&work.stage)?;
    let tries = Tries {
        attempt: task.counters.attempts + 1,
        allowed: pipeline.attempts_in(stage),
    };
    Some(StageRules {
        tries,
        scope: stage.scope.clone(),
    })
}

/// A session is known to the account that began it, and to no other. One that could not be resumed once is not tried again.
async fn session_of(
    context: &Context,
    (job, work): (&LeasedJob, &AgentJob),
    account: &AccountId,
) -> Option<String> {
    let run = work.resume?;
    let runs = context.store.runs(run.job.task).await.ok()?;
    let is_unusable =
        |row: &RunRow| row.run.job == job.id && row.record.cause == Some(FailureCause::SessionUnusable);
    if runs.iter().any(is_unusable) {
        return None;
    }
    // Nobody goes on with what another role had in mind.
    runs.into_iter()
        .find(|row| {
            let is_its = row.role == work.role && row.stage == work.stage;
            row.run == run && is_its && row.record.provider.as_ref() == Some(account)
        })
        .and_then(|row| row.record.session)
}

async fn announced(context: &Context, run: &RunId) -> Option<RunRow> {
    let runs = context.store.runs(run.job.task).await.ok()?;
    runs.into_iter().find(|row| row.run == *run)
}

fn row(context: &Context, run: RunId, work: &AgentJob) -> RunRow {
    RunRow {
        run,
        stage: work.stage.clone(),
        role: work.role.clone(),
        started_at: context.clock.now(),
        finished_at: None,
        outcome: "running".to_owned(),
        record: RunRecord::default(),
    }
}

/// People see the run while it runs, and whoever adopts it knows its account.
async fn announce(context: &Context, row: &RunRow) {
    let commit = Commit {
        at: context.clock.now(),
        run: Some(row.clone()),
        ..Commit::default()
    };
    if let Err(error) = context.store.commit(commit).await {
        tracing::warn!(run.id = %row.run, %error, "the run could not be announced");
    }
}

fn ended(context: &Context, row: RunRow, outcome: String, record: RunRecord) -> RunRow {
    let record = on_account(record, &row);
    RunRow {
        finished_at: Some(context.clock.now()),
        outcome,
        record,
        ..row
    }
}

/// The machine or the settings failed, not the account: a program that is missing is found by the preflight.
fn of_the_machine(context: &Context, mut row: RunRow, failure: RunFailure, record: RunRecord) -> Worked {
    row.record.provider = None;
    failed(context, row, failure, record)
}

/// What a run reported does not say on which account it ran.
fn on_account(record: RunRecord, row: &RunRow) -> RunRecord {
    RunRecord {
        provider: row.record.provider.clone(),
        ..record
    }
}

fn failed(context: &Context, row: RunRow, failure: RunFailure, record: RunRecord) -> Worked {
    let record = RunRecord {
        cause: Some(failure.cause),
        ..on_account(record, &row)
    };
    tracing::warn!(run.id = %row.run, class = ?failure.class, cause = failure.cause.as_str(), error = failure.message, "the run failed");
    let (job, fence) = (row.run.job, row.run.fence);
    let row = ended(
        context,
        row,
        format!("failed: {}", failure.message),
        record.clone(),
    );
    let outcome = AgentOutcome::Failed { failure, record };
    Worked::Event(Box::new(Event::AgentFinished { job, fence, outcome }), Some(row))
}
