//! A command of the project, such as its tests as CI: in a throw-away checkout of exactly one commit.

use pipeline_core::event::Event;
use pipeline_core::id::RunId;
use pipeline_core::job::{CommandJob, StartPoint};
use pipeline_core::port::runner::{RunEnd, RunOccasion, RunSpec, RunWork};
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::port::workspace::CheckoutSpec;
use pipeline_core::run::{CommandOutcome, RunFailure};
use tokio::sync::watch;

use crate::context::{Context, ProjectPorts};
use crate::dispatch::Call;
use crate::dispatch::execution::{Beginning, Followed, Worked, begun, failure_of, follow, patiently};

pub(super) async fn run(
    context: &Context,
    ports: &ProjectPorts,
    (job, work): (&LeasedJob, &CommandJob),
    (beginning, call): (Beginning, watch::Receiver<Call>),
) -> Worked {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let occasion = RunOccasion {
        queued_at: job.available_at,
        claimed_at: context.clock.now(),
        tries: None,
    };
    if beginning == Beginning::Fresh
        && let Err(failure) = start(context, ports, (job, run, occasion), work).await
    {
        return finished(run, CommandOutcome::NotRun(failure));
    }
    match follow(context, &run, call).await {
        Followed::Ended(end) if end.cancelled => Worked::Cancelled(None),
        Followed::Ended(end) => finished(run, outcome(*end)),
        Followed::Interrupted(_) => Worked::Interrupted(None),
        Followed::Left => Worked::Left,
        Followed::Failed(failure) => finished(run, CommandOutcome::NotRun(failure)),
    }
}

fn finished(run: RunId, outcome: CommandOutcome) -> Worked {
    let event = Event::CommandFinished {
        job: run.job,
        fence: run.fence,
        outcome,
    };
    Worked::Event(Box::new(event), None)
}

fn outcome(end: RunEnd) -> CommandOutcome {
    match end.failure {
        Some(failure) => CommandOutcome::NotRun(failure),
        None => CommandOutcome::Ran {
            exit_code: end.record.exit_code,
            timed_out: end.timed_out,
            stalled: end.stalled,
            log_tail: end.log_tail,
            duration_ms: end.record.duration_ms,
        },
    }
}

async fn start(
    context: &Context,
    ports: &ProjectPorts,
    (job, run, occasion): (&LeasedJob, RunId, RunOccasion),
    work: &CommandJob,
) -> Result<(), RunFailure> {
    let spec = CheckoutSpec {
        run,
        branch: work.branch.clone(),
        start: StartPoint::Branch {
            head: work.commit.clone(),
        },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: true,
    };
    let checkout = patiently(context, (job, "checkout"), || ports.workspace.checkout(&spec))
        .await
        .map_err(|error| failure_of(&error))?;
    let spec = RunSpec {
        run,
        project: ports.project.id.clone(),
        directory: checkout.directory,
        timeout: context.settings.run_timeout,
        occasion,
        work: RunWork::Command {
            command: work.command.clone(),
        },
    };
    begun(context.runner.start(&spec).await)
}
