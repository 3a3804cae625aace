//! `orchctl reject`: rejects what the task asks a human, or the work of its stage.

use clap::Args;
use pipeline_core::order::OperatorOrderKind;

use crate::cli::{self, TaskArgument, Who};
use crate::failure::Failure;
use crate::order;
use crate::session::Session;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Reject {
    #[command(flatten)]
    target: TaskArgument,
    /// Why; the role that works next reads it
    #[arg(long, value_name = "TEXT", value_parser = cli::reason)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Reject {
    /// Gives the order. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        order::about(
            session,
            &self.target,
            (&self.who, &self.reason),
            OperatorOrderKind::Reject,
        )
        .await
    }
}
