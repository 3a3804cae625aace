//! `orchctl runs`: runs from the database and from their directories. Reads only, and needs no daemon.

mod known;
mod list;
mod show;
mod log;
mod verify;

use clap::Subcommand;

use crate::exit;
use crate::failure::Failure;
use crate::session::Session;

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the newest runs, with what each cost and what it takes on the disk
    List(list::List),
    /// Show everything that is known of a run
    Show(show::ShowRun),
    /// Print what a run wrote, without what a terminal would obey
    Log(log::Log),
    /// Check that record, database, log, marker and lock of runs agree; name each disagreement
    Verify(verify::Verify),
}

impl RunsCommand {
    /// Does it.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        match self {
            Self::List(list) => list.run(session).await.map(|()| exit::OK),
            Self::Show(show) => show.run(session).await.map(|()| exit::OK),
            Self::Log(log) => log.run(session).await.map(|()| exit::OK),
            Self::Verify(verify) => verify.run(session).await,
        }
    }
}
