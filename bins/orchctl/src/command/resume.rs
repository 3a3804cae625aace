//! `orchctl resume`: lifts what `pause` and `drain` placed.

use clap::Args;
use pipeline_core::port::store::admission::AdmissionStore;
use serde::Serialize;

use crate::failure::Failure;
use crate::hold::Scope;
use crate::output::Show;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::view::hold::HoldLine;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    scope: Scope,
}

impl Resume {
    /// Lifts the holds of the scope; there may be none.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let project = self.scope.project(session).await?;
        let lifted = self.scope.why.lift(session, project.as_ref()).await?;
        let standing = session.store.holds().await?;
        session.show(&ResumeSheet {
            lifted: lifted.iter().map(HoldLine::of).collect(),
            standing: standing.iter().map(HoldLine::of).collect(),
            daemon: DaemonLine::from(session.daemon()?),
        })
    }
}

#[derive(Serialize)]
struct ResumeSheet {
    lifted: Vec<HoldLine>,
    standing: Vec<HoldLine>,
    daemon: DaemonLine,
}

impl Show for ResumeSheet {
    fn text(&self) -> String {
        let mut lines: Vec<String> = self
            .lifted
            .iter()
            .map(|hold| format!("lifted: {}", hold.sentence()))
            .collect();
        if lines.is_empty() {
            lines.push("nothing was held".to_owned());
        }
        let standing = self.standing.iter();
        lines.extend(standing.map(|hold| format!("still stands: {}", hold.sentence())));
        lines.extend(self.daemon.warning());
        lines.join("\n")
    }
}
