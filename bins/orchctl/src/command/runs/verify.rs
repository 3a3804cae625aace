//! `orchctl runs verify`: whether everything that is known of runs agrees.

use std::time::Duration;

use app::daemon::Daemon;
use app::runs::verify::{self, Facts};
use clap::Args;
use pipeline_core::id::RunId;
use serde::Serialize;

use crate::command::runs::known::{self, Known};
use crate::exit;
use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::text;

/// A run that moves is looked at again after this …
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// … so often while there is a daemon that takes results, …
const LOOKS: u32 = 8;

/// … and else so often, for a runner on its way out.
const LOOKS_ALONE: u32 = 1;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The run, such as 7-3-1
    #[arg(value_name = "RUN", required_unless_present = "all")]
    run: Option<String>,
    /// Every run of the database and every directory
    #[arg(long, conflicts_with = "run")]
    all: bool,
}

impl Verify {
    /// Names every disagreement; the exit code says whether there is one.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let all = Known::read(session, None).await?;
        let mut sheet = Sheet::default();
        match &self.run {
            Some(wanted) => {
                let run = known::run_id(wanted)?;
                if !all.rows.contains_key(&run) && !all.directories.contains(&run) {
                    return Err(known::no_run(wanted));
                }
                sheet.add(&settled(session, &all, run).await?);
            }
            None => {
                for run in all.runs() {
                    sheet.add(&settled(session, &all, run).await?);
                }
                sheet.strangers(&all.strangers);
            }
        }
        session.show(&sheet)?;
        Ok(if sheet.disagreements.is_empty() {
            exit::OK
        } else {
            exit::DISAGREEMENT
        })
    }
}

/// What is known of a run. While it moves its sources are never read at one moment: what disagrees is read again.
async fn settled(session: &Session, all: &Known, run: RunId) -> Result<Facts, Failure> {
    let is_kept = all.is_kept(session, &run);
    let mut looks = match session.daemon()? {
        Daemon::Running { .. } => LOOKS,
        Daemon::Down => LOOKS_ALONE,
    };
    loop {
        let facts = known::facts(session, run, is_kept).await?;
        if looks == 0 || !verify::is_moving(&facts) || verify::disagreements(&facts).is_empty() {
            return Ok(facts);
        }
        looks -= 1;
        session.pause(LOOK_AGAIN).await;
    }
}

#[derive(Default, Serialize)]
struct Sheet {
    checked: usize,
    disagreements: Vec<Line>,
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Line {
    /// A run id, or the name of a directory that is none.
    run: String,
    about: verify::About,
    text: String,
}

#[derive(Serialize)]
struct Note {
    run: RunId,
    text: String,
}

impl Sheet {
    fn add(&mut self, facts: &Facts) {
        let run = facts.run;
        self.checked += 1;
        let found = verify::disagreements(facts).into_iter();
        self.disagreements.extend(found.map(|found| Line {
            run: run.to_string(),
            about: found.about,
            text: found.text,
        }));
        let notes = verify::notes(facts).into_iter();
        self.notes.extend(notes.map(|text| Note { run, text }));
    }

    fn strangers(&mut self, names: &[String]) {
        self.disagreements.extend(names.iter().map(|name| Line {
            run: name.clone(),
            about: verify::About::Existence,
            text: "the folder of runs has something of this name, which is that of no run".to_owned(),
        }));
    }
}

impl Show for Sheet {
    fn text(&self) -> String {
        let found = self.disagreements.iter().map(|line| {
            format!(
                "{}: {} [{}]",
                text::line(&line.run),
                text::line(&line.text),
                line.about
            )
        });
        let notes = self
            .notes
            .iter()
            .map(|note| format!("{}: note: {}", note.run, text::line(&note.text)));
        let sum = match self.disagreements.len() {
            0 => format!("{}: everything agrees", runs(self.checked)),
            1 => format!("{}: 1 disagreement", runs(self.checked)),
            many => format!("{}: {many} disagreements", runs(self.checked)),
        };
        found.chain(notes).chain([sum]).collect::<Vec<_>>().join("\n")
    }
}

fn runs(count: usize) -> String {
    if count == 1 {
        "1 run checked".to_owned()
    } else {
        format!("{count} runs checked")
    }
}
