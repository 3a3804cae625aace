//! `orchctl runs list`: the newest runs.

use std::cmp::Reverse;

use app::runs::{RecordReading, RunFiles};
use clap::Args;
use pipeline_core::id::RunId;
use pipeline_core::run::RunRow;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use serde::Serialize;

use crate::command::runs::known::{Known, files};
use crate::failure::Failure;
use crate::lookup;
use crate::output::Show;
use crate::session::Session;
use crate::text;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only runs of this task: its id (7) or work item (DEMO-001)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

impl List {
    /// Shows them.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let task = match &self.task {
            Some(wanted) => Some(lookup::task(&session.store, wanted).await?.id),
            None => None,
        };
        let known = Known::read(session, task).await?;
        let now = session.now();
        let mut lines = Vec::new();
        for run in known.runs() {
            // The rows tell which are the newest; only commands have none.
            let files = match known.rows.get(&run) {
                Some(_) => None,
                None => files(session, &run)?,
            };
            lines.push(Line::of(run, known.rows.get(&run), files.as_ref(), now));
        }
        lines.sort_by_key(|line| (Reverse(line.began), Reverse(line.id)));
        let left_out = lines.len().saturating_sub(self.limit);
        lines.truncate(self.limit);
        for line in &mut lines {
            let files = files(session, &line.id)?;
            line.exit_reason = files.as_ref().and_then(exit_reason);
            line.size = files.map(|files| files.size);
        }
        session.show(&Sheet {
            runs: lines,
            left_out,
        })
    }
}

#[derive(Serialize)]
struct Sheet {
    runs: Vec<Line>,
    left_out: usize,
}

impl Show for Sheet {
    fn text(&self) -> String {
        if self.runs.is_empty() {
            return "there are no runs".to_owned();
        }
        let mut text = text::table(
            [
                "RUN",
                "ROLE",
                "STAGE",
                "STARTED",
                "DURATION",
                "COST",
                "SIZE",
                "EXIT REASON",
                "OUTCOME",
            ],
            self.runs.iter().map(Line::row),
        );
        if self.left_out > 0 {
            text.push_str(&format!("\n{} more; --limit shows them", self.left_out));
        }
        text
    }
}

#[derive(Serialize)]
struct Line {
    id: RunId,
    role: Option<String>,
    stage: Option<String>,
    started_at: Option<String>,
    duration_ms: Option<u64>,
    usage: Usage,
    outcome: Option<String>,
    exit_reason: Option<String>,
    size: Option<u64>,
    #[serde(skip)]
    began: Option<Timestamp>,
}

impl Line {
    fn of(id: RunId, row: Option<&RunRow>, files: Option<&RunFiles>, now: Timestamp) -> Self {
        let Some(row) = row else {
            return Self::of_directory(id, files, now);
        };
        Self {
            id,
            role: Some(row.role.as_str().to_owned()),
            stage: Some(row.stage.to_string()),
            started_at: Some(row.started_at.to_rfc3339()),
            duration_ms: Some(match row.finished_at {
                Some(_) => row.record.duration_ms,
                None => millis(now, row.started_at),
            }),
            usage: row.record.usage,
            outcome: Some(row.outcome.clone()),
            exit_reason: None,
            size: None,
            began: Some(row.started_at),
        }
    }

    /// A command's run, or one that the database does not know.
    fn of_directory(id: RunId, files: Option<&RunFiles>, now: Timestamp) -> Self {
        let record = files.and_then(|files| match &files.record {
            RecordReading::Read(record) => Some(record),
            RecordReading::Newer { .. } | RecordReading::Missing | RecordReading::Broken(_) => None,
        });
        let began = record.map(|record| record.started_at);
        let ended = record
            .and_then(|record| record.end.as_ref())
            .map(|end| end.ended_at);
        let lives = files.is_some_and(|files| files.lives);
        Self {
            id,
            role: record.map(|record| match &record.role {
                Some(role) => role.as_str().to_owned(),
                None => "command".to_owned(),
            }),
            stage: record.and_then(|record| record.stage.as_ref().map(ToString::to_string)),
            started_at: began.map(Timestamp::to_rfc3339),
            duration_ms: began
                .zip(ended.or(lives.then_some(now)))
                .map(|(began, ended)| millis(ended, began)),
            usage: Usage::default(),
            outcome: None,
            exit_reason: None,
            size: None,
            began,
        }
    }

    fn row(&self) -> [String; 9] {
        let words = |text: &Option<String>| text.as_deref().map(text::line).unwrap_or_default();
        [
            self.id.to_string(),
            words(&self.role),
            words(&self.stage),
            words(&self.started_at),
            self.duration_ms.map(text::duration).unwrap_or_default(),
            text::cost(&self.usage),
            self.size.map_or_else(|| "-".to_owned(), text::size),
            words(&self.exit_reason),
            text::short_line(self.outcome.as_deref().unwrap_or_default(), 60),
        ]
    }
}

/// The record's word; of a run without an end whether it lives.
fn exit_reason(files: &RunFiles) -> Option<String> {
    let RecordReading::Read(record) = &files.record else {
        return None;
    };
    match &record.end {
        Some(end) => Some(end.exit_reason.as_str().to_owned()),
        None if files.lives => Some("(runs)".to_owned()),
        None => Some("(not taken)".to_owned()),
    }
}

fn millis(later: Timestamp, earlier: Timestamp) -> u64 {
    u64::try_from(later.since(earlier).as_millis()).unwrap_or(u64::MAX)
}
