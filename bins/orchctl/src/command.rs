//! The commands, one file each.

pub(crate) mod status;
pub(crate) mod task_show;
pub(crate) mod why;
pub(crate) mod queue;
pub(crate) mod holds;
pub(crate) mod retention;
pub(crate) mod pause;
pub(crate) mod resume;
pub(crate) mod drain;
pub(crate) mod stop;
pub(crate) mod outbox;
pub(crate) mod runs;
pub(crate) mod approve;
pub(crate) mod reject;
pub(crate) mod advance;
pub(crate) mod requeue;
pub(crate) mod cancel;
pub(crate) mod restart;
pub(crate) mod replay;
pub(crate) mod verdict;
pub(crate) mod pipeline;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod restore;

use std::process::ExitCode;
use std::time::Duration;

use app::places::Places;

use crate::cli::{Cli, Command, TaskCommand};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::session::Session;
use crate::{exit, text};

/// Carries out the command line; an error is told on standard error.
pub(crate) async fn run(cli: Cli) -> ExitCode {
    let code = carry_out(&cli).await.unwrap_or_else(|failure| {
        output::complain(&format!("error: {}", text::line(&failure.to_string())));
        failure.exit_code()
    });
    ExitCode::from(code)
}

async fn carry_out(cli: &Cli) -> Result<u8, Failure> {
    let format = if cli.json { Format::Json } else { Format::Text };
    if let Command::Verdict(verdict) = &cli.command {
        return verdict.run(format);
    }
    if let Command::Pipeline(pipeline) = &cli.command {
        return pipeline.run(format);
    }
    if let Some(code) = of_the_file(cli, format)? {
        return Ok(code);
    }
    let session = &Session::open(&cli.home, Duration::from_secs(cli.timeout), format)?;
    match &cli.command {
        Command::Status(status) => status.run(session).await.map(|()| exit::OK),
        Command::Task(TaskCommand::Show(show)) => show.run(session).await.map(|()| exit::OK),
        Command::Why(why) => why.run(session).await.map(|()| exit::OK),
        Command::Queue(queue) => queue.run(session).await.map(|()| exit::OK),
        Command::Replay(replay) => replay.run(session).await,
        Command::Retention(retention) => retention.run(session).await.map(|()| exit::OK),
        Command::Holds(holds) => holds.run(session).await.map(|()| exit::OK),
        Command::Pause(pause) => pause.run(session).await.map(|()| exit::OK),
        Command::Resume(resume) => resume.run(session).await.map(|()| exit::OK),
        Command::Drain(drain) => drain.run(session).await,
        Command::Stop(stop) => stop.run(session).await,
        Command::Outbox(outbox) => outbox.run(session).await,
        Command::Runs(runs) => runs.run(session).await,
        Command::Approve(approve) => approve.run(session).await,
        Command::Reject(reject) => reject.run(session).await,
        Command::Advance(advance) => advance.run(session).await,
        Command::Requeue(requeue) => requeue.run(session).await,
        Command::Cancel(cancel) => cancel.run(session).await,
        Command::Restart(restart) => restart.run(session).await,
        Command::Verdict(verdict) => verdict.run(format),
        Command::Pipeline(pipeline) => pipeline.run(format),
        Command::Backup(_) | Command::Check(_) | Command::Restore(_) => Ok(exit::OK),
    }
}

/// What is done with the database as a file, also with one that cannot be attached to.
fn of_the_file(cli: &Cli, format: Format) -> Result<Option<u8>, Failure> {
    let places = &Places::in_directory(&cli.home);
    Ok(match &cli.command {
        Command::Backup(backup) => Some(backup.run(places, format).map(|()| exit::OK)?),
        Command::Check(check) => Some(check.run(places, format)?),
        Command::Restore(restore) => Some(restore.run(places, format)?),
        Command::Status(_)
        | Command::Task(_)
        | Command::Why(_)
        | Command::Queue(_)
        | Command::Replay(_)
        | Command::Pipeline(_)
        | Command::Approve(_)
        | Command::Reject(_)
        | Command::Advance(_)
        | Command::Requeue(_)
        | Command::Cancel(_)
        | Command::Restart(_)
        | Command::Verdict(_) => None,
    })
}
