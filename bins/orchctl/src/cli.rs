//! The command line: what it means stands with each command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::command::{
    advance::Advance,
    approve::Approve,
    backup::Backup,
    cancel::Cancel,
    check::Check,
    drain::Drain,
    holds::Holds,
    outbox::OutboxCommand,
    pause::Pause,
    pipeline::{PipelineCommand, ShowPinned},
    providers::Providers,
    queue::Queue,
    reject::Reject,
    repin::Repin,
    replay::Replay,
    requeue::Requeue,
    restart::Restart,
    restore::Restore,
    resume::Resume,
    retention::Retention,
    runs::RunsCommand,
    status::Status,
    stop::Stop,
    task_show::TaskShow,
    verdict::Verdict,
    why::Why,
};
use crate::exit;

/// Looks at the pipeline's tasks and gives orders to the orchd daemon.
#[derive(Debug, Parser)]
#[command(name = "orchctl", version, after_help = exit::HELP)]
pub(crate) struct Cli {
    /// Data directory of the daemon
    #[arg(
        long,
        global = true,
        env = "ORCH_HOME",
        default_value = "data",
        value_name = "DIR"
    )]
    pub(crate) home: PathBuf,

    /// Print one JSON value instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// How long to wait for the answer to an order
    #[arg(long, global = true, default_value_t = 15, value_name = "SECONDS")]
    pub(crate) timeout: u64,

    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the tasks that are not done, and what each waits for
    Status(Status),
    /// Look at one task and the pipeline that it follows, or move it to its project's present one
    #[command(subcommand)]
    Task(TaskCommand),
    /// Say what a task waits for, since when, and who or what ends it
    Why(Why),
    /// Run the event log of a task through the rules again: does it lead to the stored state?
    Replay(Replay),
    /// Show the queue: counts, running, queued and recent jobs
    Queue(Queue),
    /// Let no agent and no command begin, everywhere or in one project; runs go on
    Pause(Pause),
    /// Lift what pause and drain placed
    Resume(Resume),
    /// Pause, and end the daemon when no run is left; with --project it goes on for the others
    Drain(Drain),
    /// End the daemon now; its runs go on and are taken up at the next start
    Stop(Stop),
    /// List who held what back and why, and who lifted it
    Holds(Holds),
    /// Show what was tidied up, and the work that is kept because it is nowhere else
    Retention(Retention),
    /// Look at effects on their way out, send one now, or take one out
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// List the accounts of providers; check looks at them now, reset NAME lets one run again
    Providers(Providers),
    /// List runs, show one, print its log, and check that all that is known of it agrees
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Check, show and compare pipelines; needs no daemon
    #[command(subcommand)]
    Pipeline(PipelineCommand),
    /// Order: approve what the task asks a human
    Approve(Approve),
    /// Order: reject it, with the reason
    Reject(Reject),
    /// Order: gather the gate's evidence again, or move the task to a stage by force
    Advance(Advance),
    /// Order: run a job of a blocked task again
    Requeue(Requeue),
    /// Order: give the task up
    Cancel(Cancel),
    /// Order: restart a blocked task with fresh counters
    Restart(Restart),
    /// Judge reports as the gates do; needs no daemon, data directory or settings
    Verdict(Verdict),
    /// Copy the database into a new file and check the copy; the daemon may run
    Backup(Backup),
    /// Check the database: its pages, its references and the rules between its tables; the daemon may run
    Check(Check),
    /// Put a backup in the place of the database; no daemon may run
    Restore(Restore),
}

/// What to do with one task.
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Show everything that is known of a task
    Show(TaskShow),
    /// Show the pipeline that the task follows: the one that it started with, or was moved to
    Pipeline(ShowPinned),
    /// Order: let the task follow the pipeline that its project has now, instead of the one that it started with
    Repin(Repin),
}

/// Which task.
#[derive(Debug, Args)]
pub(crate) struct TaskArgument {
    /// Task id (7) or work item (DEMO-001)
    #[arg(value_name = "TASK")]
    pub(crate) task: String,
}

/// Who gives an order.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Who gives the order, for the audit; otherwise the account in USER
    #[arg(long, env = "USER", hide_env = true, value_name = "NAME")]
    by: Option<String>,
}

impl Who {
    /// The name for the audit.
    pub(crate) fn name(&self) -> String {
        let name = self.by.as_deref().unwrap_or_default().trim();
        if name.is_empty() { "operator" } else { name }.to_owned()
    }
}

/// Reads a reason: some words.
pub(crate) fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say in a few words why; it is kept for the audit".to_owned()),
        words => Ok(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn somebody_always_stands_behind_an_order() {
        for (by, expected) in [
            (Some(" ann "), "ann"),
            (Some(" "), "operator"),
            (None, "operator"),
        ] {
            let who = Who {
                by: by.map(str::to_owned),
            };
            assert_eq!(who.name(), expected);
        }
    }
}
