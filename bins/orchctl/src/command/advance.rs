//! `orchctl advance`: gathers the evidence for the gates of the task's stage again; by force, moves the task to a stage without its gates.

use clap::Args;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::stage::StageName;

use crate::cli::{self, TaskArgument, Who};
use crate::failure::Failure;
use crate::order;
use crate::session::Session;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Advance {
    #[command(flatten)]
    target: TaskArgument,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", value_parser = cli::reason)]
    reason: String,
    /// Move the task without asking the gates; needs --to
    #[arg(long, requires = "to")]
    force: bool,
    /// The stage to move to; needs --force
    #[arg(long, value_name = "STAGE", requires = "force")]
    to: Option<String>,
    #[command(flatten)]
    who: Who,
}

impl Advance {
    /// Gives the order. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        order::about(session, &self.target, (&self.who, &self.reason), self.what()).await
    }

    fn what(&self) -> OperatorOrderKind {
        match &self.to {
            Some(stage) => OperatorOrderKind::ForceStage {
                stage: StageName::new(stage.trim()),
            },
            None => OperatorOrderKind::Advance,
        }
    }
}
