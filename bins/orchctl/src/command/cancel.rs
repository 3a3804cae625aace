//! `orchctl cancel`: gives the task up; its branch is kept.

use clap::Args;
use pipeline_core::order::OperatorOrderKind;

use crate::cli::{self, TaskArgument, Who};
use crate::failure::Failure;
use crate::order;
use crate::session::Session;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    #[command(flatten)]
    target: TaskArgument,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", value_parser = cli::reason)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Cancel {
    /// Gives the order. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        order::about(
            session,
            &self.target,
            (&self.who, &self.reason),
            OperatorOrderKind::Cancel,
        )
        .await
    }
}
