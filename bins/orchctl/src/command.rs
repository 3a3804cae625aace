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
pub(crate) mod providers;
pub(crate) mod runs;
pub(crate) mod approve;
pub(crate) mod reject;
pub(crate) mod advance;
pub(crate) mod requeue;
pub(crate) mod cancel;
pub(crate) mod restart;
pub(crate) mod repin;
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
    match without_store(cli, format) {
        Some(done) => done,
        None => {
            let session = Session::open(&cli.home, Duration::from_secs(cli.timeout), format)?;
            with_store(&cli.command, &session).await
        }
    }
}

/// What needs no database, or handles it as a file: also one that cannot be attached to.
fn without_store(cli: &Cli, format: Format) -> Option<Result<u8, Failure>> {
    let places = &Places::in_directory(&cli.home);
    if let Command::Verdict(verdict) = &cli.command {
        return Some(verdict.run(format));
    }
    if let Command::Pipeline(pipeline) = &cli.command {
        return Some(pipeline.run(format));
    }
    if let Command::Backup(backup) = &cli.command {
        return Some(backup.run(places, format).map(|()| exit::OK));
    }
    if let Command::Check(check) = &cli.command {
        return Some(check.run(places, format));
    }
    if let Command::Restore(restore) = &cli.command {
        return Some(restore.run(places, format));
    }
    if let Command::Providers(providers) = &cli.command {
        return providers.run_alone(places, format);
    }
    None
}

async fn with_store(command: &Command, session: &Session) -> Result<u8, Failure> {
    match command {
        Command::Status(status) => status.run(session).await.map(|()| exit::OK),
        Command::Task(TaskCommand::Show(show)) => show.run(session).await.map(|()| exit::OK),
        Command::Task(TaskCommand::Pipeline(show)) => show.run(session).await.map(|()| exit::OK),
        Command::Task(TaskCommand::Repin(repin)) => repin.run(session).await,
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
        Command::Providers(providers) => providers.run(session).await,
        Command::Runs(runs) => runs.run(session).await,
        Command::Approve(approve) => approve.run(session).await,
        Command::Reject(reject) => reject.run(session).await,
        Command::Advance(advance) => advance.run(session).await,
        Command::Requeue(requeue) => requeue.run(session).await,
        Command::Cancel(cancel) => cancel.run(session).await,
        Command::Restart(restart) => restart.run(session).await,
        Command::Verdict(_)
        | Command::Pipeline(_)
        | Command::Backup(_)
        | Command::Check(_)
        | Command::Restore(_) => Ok(exit::OK),
    }
}
