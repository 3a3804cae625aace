//! `orchctl status`: the tasks that are not done, and what each waits for.

use clap::Args;
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::text;
use crate::view::daemon::DaemonLine;
use crate::view::held_back::HeldBackNow;
use crate::view::task::TaskLine;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Finished and cancelled tasks too
    #[arg(long)]
    all: bool,
}

impl Status {
    /// Shows the list.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let filter = if self.all {
            TaskFilter::All
        } else {
            TaskFilter::Open
        };
        let tasks = session.store.tasks(filter).await?;
        let now = session.now();
        let daemon = session.daemon()?;
        let held_back = HeldBackNow::look(&session.store, daemon).await?;
        session.show(&StatusSheet {
            daemon: DaemonLine::from(daemon),
            held_back: held_back.lines(),
            tasks: tasks.iter().map(|task| TaskLine::of(task, now)).collect(),
        })
    }
}

#[derive(Serialize)]
struct StatusSheet {
    daemon: DaemonLine,
    held_back: Vec<String>,
    tasks: Vec<TaskLine>,
}

impl Show for StatusSheet {
    fn text(&self) -> String {
        let mut parts = vec![self.list()];
        if !self.held_back.is_empty() {
            parts.push(self.held_back.join("\n"));
        }
        parts.extend(self.daemon.warning());
        parts.join("\n\n")
    }
}

impl StatusSheet {
    fn list(&self) -> String {
        if self.tasks.is_empty() {
            return "No task is open. Move an issue to In Progress on the board to start one.\n\
                    'orchctl status --all' lists finished ones."
                .to_owned();
        }
        text::table(
            ["ID", "WORK ITEM", "TITLE", "STAGE", "STATE", "SINCE", "WAITS FOR"],
            self.tasks.iter().map(TaskLine::row),
        )
    }
}
