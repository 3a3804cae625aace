//! The commands of `orchd`.

mod demo;
mod serve;
mod config;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::exit;

/// Carries out what the command line says.
pub(crate) fn carry_out(cli: Cli) -> ExitCode {
    let done = match cli.command {
        // The runner must not have threads of ours when it starts its child.
        Command::Runner { directory } => return process::runner_main(&directory),
        Command::DemoAgent { scenario } => return ::demo::agent::main(&scenario),
        Command::Demo(args) => demo::run(args, cli.log.as_deref()),
        Command::Serve(args) => serve::run(&args, cli.log.as_deref()),
        Command::Config(ConfigCommand::Check(args)) => config::check(&args),
    };
    done.unwrap_or_else(|error| exit::failed(&error))
}

/// Threads that wait for disk or git are many only while much is under way: the usual ten seconds would keep them all, because each is woken for
/// something small within that time.
const IDLE_THREAD_ENDS: Duration = Duration::from_secs(1);

fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .thread_keep_alive(IDLE_THREAD_ENDS)
        .enable_all()
        .build()
        .context("the runtime could not be started")
}

/// Becomes true at the first SIGINT or SIGTERM; at the second the program ends at once.
fn interrupts() -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be awaited")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be awaited")?;
    tokio::spawn(async move {
        for count in 1.. {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if count > 1 {
                tracing::warn!(
                    "a second signal: orchd ends at once; the next start takes up what was under way"
                );
                std::process::exit(exit::AT_ONCE.into());
            }
            sender.send_replace(true);
        }
    });
    Ok(receiver)
}
