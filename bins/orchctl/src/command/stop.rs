//! `orchctl stop`: ends the daemon now. Its runs go on and are taken up at the next start; with `--kill` they are ended and queued again.

use std::time::Duration;

use app::daemon::Daemon;
use clap::Args;
use pipeline_core::hold::HoldKind;
use serde::Serialize;

use crate::exit;
use crate::failure::Failure;
use crate::hold::{self, Why};
use crate::output::Show;
use crate::session::Session;
use crate::view::hold::HoldLine;

const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Stop {
    /// End the runs too (TERM, grace, KILL); their jobs are queued again. A deployer's run is not repeated: its task is blocked
    #[arg(long)]
    kill: bool,
    /// Stop waiting for the daemon's end after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    within: u64,
    #[command(flatten)]
    why: Why,
}

impl Stop {
    /// Calls the daemon to end and waits for it. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        if session.daemon()? == Daemon::Down {
            let sheet = StopSheet::new(None, "down", "the daemon is not running".to_owned(), exit::OK);
            session.show(&sheet)?;
            return Ok(exit::OK);
        }
        let kind = if self.kill { HoldKind::Kill } else { HoldKind::Stop };
        let hold = self.why.place(session, kind, None).await?;
        let limit = Duration::from_secs(self.within);
        let mut waited = Duration::ZERO;
        while session.daemon()? != Daemon::Down {
            if waited >= limit {
                let message = format!("the daemon has not ended within {} s", limit.as_secs());
                let line = Some(HoldLine::of(&hold));
                session.show(&StopSheet::new(line, "stopping", message, exit::NO_ANSWER))?;
                return Ok(exit::NO_ANSWER);
            }
            session.pause(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
        }
        let left = hold::runs(session, None).await?;
        let message = format!(
            "the daemon has ended; {}",
            match left.is_empty() {
                true => "no run is left".to_owned(),
                false => format!("left to the next start: {}", hold::run_names(&left)),
            }
        );
        let line = Some(HoldLine::of(&hold));
        session.show(&StopSheet::new(line, "stopped", message, exit::OK))?;
        Ok(exit::OK)
    }
}

#[derive(Serialize)]
struct StopSheet {
    hold: Option<HoldLine>,
    outcome: &'static str,
    message: String,
    exit_code: u8,
}

impl StopSheet {
    fn new(hold: Option<HoldLine>, outcome: &'static str, message: String, exit_code: u8) -> Self {
        Self {
            hold,
            outcome,
            message,
            exit_code,
        }
    }
}

impl Show for StopSheet {
    fn text(&self) -> String {
        self.message.clone()
    }
}
