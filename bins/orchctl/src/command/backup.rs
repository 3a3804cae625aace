//! `orchctl backup`: a consistent, checked copy of the database, whether the daemon runs or not.

use std::path::PathBuf;
use std::time::Duration;

use app::clock::SystemClock;
use app::places::Places;
use clap::Args;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;
use serde::Serialize;
use store_sqlite::backup::{self, Backup as Made};
use store_sqlite::integrity::Integrity;

use crate::failure::Failure;
use crate::output::{self, Format, Show};
use crate::text;

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The new file; otherwise one in DIR/backups that is named after the moment
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Backup {
    /// Copies and tells what the copy holds.
    pub(crate) fn run(&self, places: &Places, format: Format) -> Result<(), Failure> {
        let began = SystemClock.now();
        let file = self.file.clone().unwrap_or_else(|| {
            let name = format!("orchestrator-{}.db", file_stamp(began));
            places.root().join("backups").join(name)
        });
        let made = backup::backup(&places.database(), &file)?;
        output::show(&Sheet::of(&made, SystemClock.now().since(began)), format)
    }
}

/// `20261121T061013Z`: sorts by time, and is a file's name everywhere.
pub(crate) fn file_stamp(at: Timestamp) -> String {
    let mut stamp = at.to_rfc3339();
    stamp.retain(|letter| letter.is_ascii_alphanumeric());
    stamp
}

#[derive(Serialize)]
struct Sheet {
    path: PathBuf,
    bytes: u64,
    duration_ms: u64,
    #[serde(flatten)]
    integrity: Integrity,
}

impl Sheet {
    fn of(made: &Made, took: Duration) -> Self {
        Self {
            path: made.path.clone(),
            bytes: made.bytes,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            integrity: made.integrity.clone(),
        }
    }
}

impl Show for Sheet {
    fn text(&self) -> String {
        let Self {
            path,
            bytes,
            duration_ms,
            integrity,
        } = self;
        let mut text = format!(
            "{}: {:.1} MiB, schema {}, {}, epoch {}, {:.1} s; pages and references are sound.",
            path.display(),
            mebibytes(*bytes),
            integrity.schema,
            text::count(integrity.tasks, "task"),
            integrity.epoch.as_deref().unwrap_or("-"),
            Duration::from_millis(*duration_ms).as_secs_f64(),
        );
        if !integrity.problems.is_empty() {
            let problems = integrity.problems.len();
            text.push_str(&format!(
                "\nThe copy is as the database is, and in that {problems} things do not fit together: see 'orchctl check'."
            ));
        }
        text
    }
}

#[allow(clippy::cast_precision_loss, reason = "a size for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1024 * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_name_of_a_file() {
        assert_eq!(file_stamp(Timestamp(1_795_241_413_000)), "20261121T061013Z");
    }
}
