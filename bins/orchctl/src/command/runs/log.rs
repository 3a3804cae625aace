//! `orchctl runs log`: what a run wrote.

use std::time::Duration;

use app::runs::{self, LogReader, Output};
use clap::Args;
use pipeline_core::id::RunId;
use serde::Serialize;

use crate::command::runs::known::{no_run, run_id, unreadable};
use crate::failure::Failure;
use crate::output::{self, Format, Reader, Show};
use crate::session::Session;

/// Between two looks at a log that is followed: another process writes it.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// The run, such as 7-3-1
    #[arg(value_name = "RUN")]
    run: String,
    /// Standard error instead of standard output
    #[arg(long)]
    stderr: bool,
    /// Only the last N lines
    #[arg(long, value_name = "N")]
    tail: Option<usize>,
    /// Go on with what comes, until the run is over
    #[arg(long)]
    follow: bool,
}

impl Log {
    /// Prints it.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let run = run_id(&self.run)?;
        let (output, name) = if self.stderr {
            (Output::Stderr, "stderr.log")
        } else {
            (Output::Stdout, "stdout.log")
        };
        let opened = runs::log(session.places(), &run, output).map_err(unreadable(session))?;
        let Some(mut reader) = opened else {
            let is_there = runs::look(session.places(), &run).map_err(unreadable(session))?;
            return Err(match is_there {
                Some(_) => Failure::NoLog { run, name },
                None => no_run(&self.run),
            });
        };
        if let Some(lines) = self.tail {
            reader.skip_to_last(lines).map_err(unreadable(session))?;
        }
        match session.format {
            Format::Text => self.print(session, &run, &mut reader).await,
            Format::Json => {
                let mut text = String::new();
                while let Some(piece) = reader.next(true).map_err(unreadable(session))? {
                    text.push_str(&piece);
                }
                session.show(&Sheet {
                    run,
                    file: name,
                    text,
                })
            }
        }
    }

    async fn print(&self, session: &Session, run: &RunId, reader: &mut LogReader) -> Result<(), Failure> {
        let mut ends_line = true;
        loop {
            // Looked at first: what was written before the end is read after it.
            let is_over = !self.follow || !runs::lives(session.places(), run).map_err(unreadable(session))?;
            while let Some(piece) = reader.next(is_over).map_err(unreadable(session))? {
                ends_line = piece.ends_with('\n');
                if output::write(&piece)? == Reader::Gone {
                    return Ok(());
                }
            }
            if is_over {
                break;
            }
            session.pause(LOOK_AGAIN).await;
        }
        if !ends_line {
            output::write("\n")?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Sheet {
    run: RunId,
    file: &'static str,
    text: String,
}

impl Show for Sheet {
    fn text(&self) -> String {
        self.text.clone()
    }
}
