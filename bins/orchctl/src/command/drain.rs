//! `orchctl drain`: no agent and no command begins; the daemon ends when no run is left. Of a project: the daemon goes on for the others.

use std::time::Duration;

use app::daemon::Daemon;
use clap::Args;
use pipeline_core::hold::HoldKind;
use pipeline_core::id::ProjectId;
use serde::Serialize;

use crate::failure::Failure;
use crate::hold::{self, Scope};
use crate::output::{self, Format, Show};
use crate::session::Session;
use crate::view::hold::HoldLine;
use crate::{exit, text};

/// How often it is looked whether runs are left.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Drain {
    #[command(flatten)]
    scope: Scope,
    /// Stop waiting after so many seconds; the drain stands
    #[arg(long, value_name = "SECONDS")]
    within: Option<u64>,
    /// Do not wait
    #[arg(long, conflicts_with = "within")]
    no_wait: bool,
}

enum Outcome {
    /// The daemon does not run; there was nothing to drain.
    Down,
    Drained,
    Waiting(String),
}

impl Drain {
    /// Places the hold and waits for its end. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let project = self.scope.project(session).await?;
        if project.is_none() && session.daemon()? == Daemon::Down {
            return show(session, None, (project.as_ref(), Outcome::Down), exit::OK);
        }
        let hold = self
            .scope
            .why
            .place(session, HoldKind::Drain, project.clone())
            .await?;
        let limit = match (self.no_wait, self.within) {
            (true, _) => Some(Duration::ZERO),
            (false, seconds) => seconds.map(Duration::from_secs),
        };
        let outcome = wait(session, project.as_ref(), limit).await?;
        let code = match outcome {
            Outcome::Waiting(_) if !self.no_wait => exit::NO_ANSWER,
            Outcome::Waiting(_) | Outcome::Drained | Outcome::Down => exit::OK,
        };
        show(
            session,
            Some(HoldLine::of(&hold)),
            (project.as_ref(), outcome),
            code,
        )
    }
}

/// Looks until no run is left (of a project) or the daemon has ended (of everything); says what it waits for whenever that changes.
async fn wait(
    session: &Session,
    project: Option<&ProjectId>,
    limit: Option<Duration>,
) -> Result<Outcome, Failure> {
    let mut waited = Duration::ZERO;
    let mut said = String::new();
    loop {
        let daemon = session.daemon()?;
        let runs = hold::runs(session, project).await?;
        let over = match project {
            None => daemon == Daemon::Down,
            Some(_) => runs.is_empty(),
        };
        if over {
            return Ok(Outcome::Drained);
        }
        let names = hold::run_names(&runs);
        if limit.is_some_and(|limit| waited >= limit) {
            return Ok(Outcome::Waiting(names));
        }
        if names != said && session.format == Format::Text {
            output::complain(&format!("waits for {names}"));
            said = names;
        }
        session.pause(LOOK_AGAIN).await;
        waited += LOOK_AGAIN;
    }
}

fn show(
    session: &Session,
    hold: Option<HoldLine>,
    (project, outcome): (Option<&ProjectId>, Outcome),
    exit_code: u8,
) -> Result<u8, Failure> {
    let (word, message) = match (outcome, project) {
        (Outcome::Down, _) => (
            "down",
            "the daemon is not running: there is nothing to drain".to_owned(),
        ),
        (Outcome::Drained, None) => ("drained", "drained: the daemon has ended".to_owned()),
        (Outcome::Drained, Some(project)) => (
            "drained",
            format!(
                "drained: nothing of {project} runs, and nothing begins until 'orchctl resume --project {project}'"
            ),
        ),
        (Outcome::Waiting(names), _) => (
            "draining",
            format!(
                "draining, still under way: {}; 'orchctl resume' lifts it",
                text::line(&names)
            ),
        ),
    };
    session.show(&DrainSheet {
        hold,
        outcome: word,
        message,
        exit_code,
    })?;
    Ok(exit_code)
}

#[derive(Serialize)]
struct DrainSheet {
    hold: Option<HoldLine>,
    outcome: &'static str,
    message: String,
    exit_code: u8,
}

impl Show for DrainSheet {
    fn text(&self) -> String {
        self.message.clone()
    }
}
