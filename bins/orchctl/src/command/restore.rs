//! `orchctl restore`: puts a copy in the place of the database while no daemon runs, or only looks whether that could be done.

use std::path::{Path, PathBuf};

use app::clock::SystemClock;
use app::daemon;
use app::places::Places;
use clap::Args;
use pipeline_core::port::clock::Clock;
use serde::Serialize;
use store_sqlite::integrity::Integrity;
use store_sqlite::restore::{self, Restored};

use crate::command::backup::file_stamp;
use crate::command::check::CheckSheet;
use crate::exit;
use crate::failure::Failure;
use crate::output::{self, Format, Show};
use crate::text;

/// Which copy, and what to do with it.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that 'orchctl backup' made
    #[arg(value_name = "FILE", required_unless_present = "as_is")]
    file: Option<PathBuf>,
    /// Only look whether FILE could be restored; touches nothing
    #[arg(long, conflicts_with = "as_is")]
    check: bool,
    /// Take the database as it is, after its write-ahead log was lost
    #[arg(long, conflicts_with = "file")]
    as_is: bool,
}

impl Restore {
    /// Restores or checks. Answers the exit code.
    pub(crate) fn run(&self, places: &Places, format: Format) -> Result<u8, Failure> {
        match &self.file {
            Some(file) if self.check => {
                let sheet = CheckSheet::of(restore::check(file)?);
                output::show(&sheet, format)?;
                Ok(sheet.exit_code())
            }
            file => put_in_place(file.as_deref(), places, format).map(|()| exit::OK),
        }
    }
}

fn put_in_place(file: Option<&Path>, places: &Places, format: Format) -> Result<(), Failure> {
    let _place = daemon::take_place(places)?;
    let database = places.database();
    let restored = match file {
        Some(file) => {
            let suffix = format!("before-restore-{}", file_stamp(SystemClock.now()));
            restore::restore(file, &database, &suffix)?
        }
        None => restore::take_as_it_is(&database)?,
    };
    output::show(&Sheet::of(database, restored), format)
}

#[derive(Serialize)]
struct Sheet {
    path: PathBuf,
    kept: Option<PathBuf>,
    effects_to_look_for: usize,
    #[serde(flatten)]
    integrity: Integrity,
}

impl Sheet {
    fn of(path: PathBuf, restored: Restored) -> Self {
        Self {
            path,
            kept: restored.kept,
            effects_to_look_for: restored.ambiguous,
            integrity: restored.integrity,
        }
    }
}

impl Show for Sheet {
    fn text(&self) -> String {
        let epoch = self.integrity.epoch.as_deref().unwrap_or("-");
        let mut lines = vec![format!(
            "{}: restored, {}, epoch {epoch}.",
            self.path.display(),
            text::count(self.integrity.tasks, "task")
        )];
        if let Some(kept) = &self.kept {
            lines.push(format!("What was there is kept as {}.", kept.display()));
        }
        if !self.integrity.problems.is_empty() {
            let problems = self.integrity.problems.len();
            lines.push(format!(
                "In it {problems} things do not fit together: see 'orchctl check' and docs/RUNBOOK.md."
            ));
        }
        lines.push(format!(
            "Start orchd: it looks at everything open first, and at {} effects that may have been sent, before it sends anything.",
            self.effects_to_look_for
        ));
        lines.join("\n")
    }
}
