//! `orchctl runs show`: everything that is known of a run.

mod sheet;

use app::runs::verify;
use app::runs::{Marker, RecordReading, RunFiles};
use clap::Args;
use serde_json::Value;

use crate::command::runs::known::{self, Known};
use crate::command::runs::show::sheet::{Files, RunSheet};
use crate::failure::Failure;
use crate::session::Session;
use crate::view::held_back::HeldBackNow;
use crate::view::job::JobLine;
use crate::view::run::RunLine;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct ShowRun {
    /// The run, such as 7-3-1
    #[arg(value_name = "RUN")]
    run: String,
}

impl ShowRun {
    /// Shows it.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let run = known::run_id(&self.run)?;
        let all = Known::read(session, None).await?;
        let facts = known::facts(session, run, all.is_kept(session, &run)).await?;
        if facts.row.is_none() && facts.files.is_none() {
            return Err(known::no_run(&self.run));
        }
        let now = session.now();
        let held_back = HeldBackNow::look(&session.store, session.daemon()?).await?;
        session.show(&RunSheet {
            run,
            row: facts.row.as_ref().map(|row| RunLine::of(row, now)),
            job: facts.job.as_ref().map(|job| JobLine::of(job, now, &held_back)),
            disagreements: verify::disagreements(&facts),
            notes: verify::notes(&facts),
            files: facts.files.map(in_directory),
        })
    }
}

fn in_directory(files: RunFiles) -> Files {
    let (record, content, trouble) = match files.record {
        RecordReading::Read(record) => {
            let content = serde_json::to_value(&record).unwrap_or(Value::Null);
            (Some(record), content, None)
        }
        RecordReading::Newer { content, .. } => (None, content, None),
        RecordReading::Missing => (None, Value::Null, None),
        RecordReading::Broken(trouble) => (None, Value::Null, Some(trouble)),
    };
    Files {
        place: files.place.display().to_string(),
        lives: files.lives,
        size: files.size,
        stdout_bytes: files.stdout_bytes,
        stderr_bytes: files.stderr_bytes,
        exit: match files.marker {
            Marker::Read(exit) => serde_json::to_value(exit).unwrap_or(Value::Null),
            Marker::Missing | Marker::Broken(_) => Value::Null,
        },
        progress: files
            .progress
            .and_then(|progress| serde_json::to_value(progress).ok())
            .unwrap_or(Value::Null),
        content,
        trouble,
        record,
    }
}
