//! `orchctl pause`: no agent and no command begins until `orchctl resume`; runs, gathering and effects go on.

use clap::Args;
use pipeline_core::hold::HoldKind;
use serde::Serialize;

use crate::failure::Failure;
use crate::hold::{self, Scope};
use crate::output::Show;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::view::hold::HoldLine;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    scope: Scope,
}

impl Pause {
    /// Places the hold. It counts from now on, whether the daemon runs or not.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let project = self.scope.project(session).await?;
        let daemon = session.daemon()?;
        let hold = self
            .scope
            .why
            .place(session, HoldKind::Pause, project.clone())
            .await?;
        let runs = hold::runs(session, project.as_ref()).await?;
        session.show(&PauseSheet {
            hold: HoldLine::of(&hold),
            runs: runs.iter().map(|job| job.id.to_string()).collect(),
            under_way: hold::run_names(&runs),
            daemon: DaemonLine::from(daemon),
        })
    }
}

#[derive(Serialize)]
struct PauseSheet {
    hold: HoldLine,
    runs: Vec<String>,
    #[serde(skip)]
    under_way: String,
    daemon: DaemonLine,
}

impl Show for PauseSheet {
    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{}: no agent and no command begins until 'orchctl resume'",
            self.hold.sentence()
        )];
        if !self.runs.is_empty() {
            lines.push(format!("goes on: {}", self.under_way));
        }
        lines.extend(self.daemon.warning());
        lines.join("\n")
    }
}
