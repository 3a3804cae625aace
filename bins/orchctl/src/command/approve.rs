//! `orchctl approve`: approves what the task asks a human.

use clap::Args;
use pipeline_core::order::OperatorOrderKind;

use crate::cli::{TaskArgument, Who};
use crate::failure::Failure;
use crate::order;
use crate::session::Session;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    target: TaskArgument,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Approve {
    /// Gives the order. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        order::about(
            session,
            &self.target,
            (&self.who, &self.reason),
            OperatorOrderKind::Approve,
        )
        .await
    }
}
