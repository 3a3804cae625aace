//! A command of the project, such as its tests as CI: in a throw-away checkout of exactly one commit.

use pipeline_core::event::Event;
use pipeline_core::id::RunId;
use pipeline_core::job::{CommandJob, StartPoint};
use pipeline_core::port::runner::{RunSpec, RunWork};
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::port::workspace::CheckoutSpec;
use pipeline_core::run::{CommandOutcome, RunFailure};

use crate::context::{Context, ProjectPorts};
use crate::dispatch::execution::{Beginning, Worked, begun, failure_of, follow};

pub(super) async fn run(
    context: &Context,
    ports: &ProjectPorts,
    (job, work): (&LeasedJob, &CommandJob),
    beginning: Beginning,
) -> Worked {
    let run = RunId {
        job: job.id,
        fence: job.fence,
    };
    let outcome = match carry_out(context, ports, (run, work), beginning).await {
        Ok(Some(outcome)) => outcome,
        Ok(None) => return Worked::Cancelled(None),
        Err(failure) => CommandOutcome::Failed(failure),
    };
    Worked::Event(
        Box::new(Event::CommandFinished {
            job: run.job,
            fence: run.fence,
            outcome,
        }),
        None,
    )
}

/// None: it was called off.
async fn carry_out(
    context: &Context,
    ports: &ProjectPorts,
    (run, work): (RunId, &CommandJob),
    beginning: Beginning,
) -> Result<Option<CommandOutcome>, RunFailure> {
    if beginning == Beginning::Fresh {
        start(context, ports, run, work).await?;
    }
    let end = follow(context, &run).await?;
    if end.cancelled {
        return Ok(None);
    }
    if let Some(failure) = end.failure {
        return Err(failure);
    }
    Ok(Some(CommandOutcome::Ran {
        exit_code: end.record.exit_code,
        timed_out: end.timed_out,
        log_tail: end.log_tail,
        duration_ms: end.record.duration_ms,
    }))
}

async fn start(
    context: &Context,
    ports: &ProjectPorts,
    run: RunId,
    work: &CommandJob,
) -> Result<(), RunFailure> {
    let spec = CheckoutSpec {
        run,
        branch: work.branch.clone(),
        start: StartPoint::Branch {
            head: work.commit.clone(),
        },
        remove: Vec::new(),
        clean: true,
    };
    let checkout = ports
        .workspace
        .checkout(&spec)
        .await
        .map_err(|error| failure_of(&error))?;
    let spec = RunSpec {
        run,
        project: ports.project.id.clone(),
        directory: checkout.directory,
        timeout: context.settings.run_timeout,
        work: RunWork::Command {
            command: work.command.clone(),
        },
    };
    begun(context.runner.start(&spec).await)
}
