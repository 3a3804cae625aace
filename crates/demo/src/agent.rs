//! The scripted agent: an ordinary `command` provider that plays every role without a model. It really works in its
//! checkout, remembers nothing between runs, and knows nothing of the daemon besides what every agent is told.

mod assignment;
mod error;
mod quote;
mod brief;
mod checkout;
mod request;
mod desk;
mod record;
mod change;
mod analyst;
mod architect;
mod developer;
mod reviewer;
mod tester;
mod deployer;

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use pipeline_core::role::Role;

pub use assignment::Assignment;
pub use error::AgentError;

use desk::Desk;

/// Plays the role that the environment names in the current directory: the brief comes on stdin, progress and, last,
/// the result record go to stdout. Exit codes: 0 the work is done, 75 try again later, 78 called wrongly, 1 failed.
pub fn main(scenario: &str) -> ExitCode {
    match play(scenario) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell when stderr is closed.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn play(scenario: &str) -> Result<(), AgentError> {
    let mut brief = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut brief)
        .map_err(AgentError::io("read the brief from", "stdin"))?;
    let assignment = Assignment::from_environment(scenario, String::from_utf8_lossy(&brief).into_owned())?;
    let directory = std::env::current_dir().map_err(AgentError::io("find", "the current directory"))?;
    work(&assignment, &directory, &mut io::stdout().lock())
}

/// Does the assignment in a checkout and writes progress and the result record to `out`. A scripted crash is
/// [`AgentError::Crash`]: nothing has been changed then, and no record is written.
pub fn work(assignment: &Assignment, directory: &Path, out: &mut dyn Write) -> Result<(), AgentError> {
    let desk = Desk::new(assignment, directory, out);
    let summary = match assignment.role.as_str() {
        Role::ANALYST => analyst::work(&desk),
        Role::ARCHITECT => architect::work(&desk),
        Role::DEVELOPER => developer::work(&desk),
        Role::REVIEWER => reviewer::work(&desk),
        Role::TESTER => tester::work(&desk),
        Role::DEPLOYER => deployer::work(&desk),
        other => Err(AgentError::UnknownRole(other.to_owned())),
    }?;
    let record = record::result_line(&desk, &summary);
    desk.finish(&record)
}
