//! A run on a sheet.

use app::runs::verify::Disagreement;
use app::runs::{End, Record};
use pipeline_core::id::RunId;
use pipeline_core::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::output::Show;
use crate::text;
use crate::view::job::JobLine;
use crate::view::run::RunLine;

/// Everything that is known of a run.
#[derive(Serialize)]
pub(super) struct RunSheet {
    pub(super) run: RunId,
    pub(super) row: Option<RunLine>,
    pub(super) job: Option<JobLine>,
    pub(super) files: Option<Files>,
    pub(super) disagreements: Vec<Disagreement>,
    pub(super) notes: Vec<String>,
}

/// What is in its directory.
#[derive(Serialize)]
pub(super) struct Files {
    pub(super) place: String,
    pub(super) lives: bool,
    pub(super) size: u64,
    pub(super) stdout_bytes: Option<u64>,
    pub(super) stderr_bytes: Option<u64>,
    /// `run.json` as it is, also one of a later version.
    #[serde(rename = "record")]
    pub(super) content: Value,
    /// Why there is no record.
    #[serde(rename = "record_error")]
    pub(super) trouble: Option<String>,
    /// `exit.json`.
    pub(super) exit: Value,
    /// `progress.json`.
    pub(super) progress: Value,
    #[serde(skip)]
    pub(super) record: Option<Box<Record>>,
}

type Lines = Vec<(&'static str, String)>;

impl Show for RunSheet {
    fn text(&self) -> String {
        let mut lines: Lines = vec![("run", self.run.to_string())];
        if let Some(row) = &self.row {
            lines.push(("outcome", row.sentence()));
        }
        match self.files.as_ref().map(|files| (files, &files.record)) {
            None => lines.push(("directory", "none (any more)".to_owned())),
            Some((files, record)) => {
                if let Some(record) = record {
                    beginning(record, &mut lines);
                    match &record.end {
                        Some(end) => ending(end, &mut lines),
                        None if files.lives => lines.push(("end", "it runs".to_owned())),
                        None => lines.push(("end", "nobody has taken its result".to_owned())),
                    }
                }
                directory(files, &mut lines);
            }
        }
        let notes = self.notes.iter().map(|note| ("note", note.clone()));
        lines.extend(notes);
        let found = self.disagreements.iter();
        lines.extend(found.map(|found| ("disagrees", format!("{} [{}]", found.text, found.about))));
        let lines: Vec<String> = lines
            .iter()
            .map(|(name, value)| format!("{:<12}{}", format!("{name}:"), text::line(value)))
            .collect();
        lines.join("\n")
    }
}

fn beginning(record: &Record, lines: &mut Lines) {
    let who = match (&record.role, &record.stage, &record.work_item) {
        (Some(role), Some(stage), Some(item)) => format!("{role} in {stage} of {item}"),
        _ => "a command of the project".to_owned(),
    };
    lines.push((
        "work",
        format!("{who} (task {}, project {})", record.task, record.project),
    ));
    let budget = match (record.attempt, record.attempts_allowed) {
        (Some(attempt), Some(allowed)) => format!("{attempt} of {allowed}, "),
        _ => String::new(),
    };
    lines.push(("attempt", format!("{budget}claim {} of the job", record.fence)));
    lines.push((
        "queue",
        format!(
            "from {} to {} ({})",
            record.queue.queued_at.to_rfc3339(),
            record.queue.claimed_at.to_rfc3339(),
            text::duration(record.queue.waited_ms)
        ),
    ));
    lines.push(("started", record.started_at.to_rfc3339()));
    let provider = record.provider.as_deref().unwrap_or("none");
    let version = record
        .versions
        .provider
        .as_deref()
        .map(|version| format!(" {version}"));
    lines.push((
        "provider",
        format!(
            "{provider}{}, orchd {}",
            version.unwrap_or_default(),
            record.versions.orchd
        ),
    ));
    lines.push(("command", text::short_line(&record.argv.join(" "), 200)));
    lines.push(("limits", record.limits.clone()));
}

fn ending(end: &End, lines: &mut Lines) {
    lines.push(("ended", end.ended_at.to_rfc3339()));
    let code = end.exit_code.map(|code| format!(", exit code {code}"));
    let signal = end.signal.map(|signal| format!(", signal {signal}"));
    lines.push((
        "end",
        format!(
            "{}{}{}",
            end.exit_reason.as_str(),
            code.unwrap_or_default(),
            signal.unwrap_or_default()
        ),
    ));
    if let Some(error) = &end.error {
        lines.push(("error", error.clone()));
    }
    if let Some(at) = end.success_detected_at {
        lines.push(("success", success(at, end)));
    } else if !end.marker_detected {
        lines.push(("marker", "none".to_owned()));
    }
    let used = &end.resources_used;
    lines.push((
        "cost",
        format!(
            "{}, {}{}; processor {}, memory {} ({})",
            text::tokens(&end.usage),
            text::cost(&end.usage),
            end.model
                .as_deref()
                .map(|model| format!(", {model}"))
                .unwrap_or_default(),
            used.cpu_ms
                .map_or_else(|| "unknown".to_owned(), |ms| format!("{ms} ms")),
            used.peak_rss_bytes
                .map_or_else(|| "unknown".to_owned(), text::size),
            if used.note.is_empty() { "exact" } else { &used.note },
        ),
    ));
    lines.extend(end.session_id.iter().map(|session| ("session", session.clone())));
    let notes = end.fallback_notes.iter();
    lines.extend(notes.map(|note| ("fallback", note.clone())));
}

fn success(at: Timestamp, end: &End) -> String {
    let wait = end.marker_wait_s.unwrap_or_default();
    let marker = if end.marker_detected {
        format!("the marker came {wait:.1} s later")
    } else {
        format!("no marker; taken {wait:.1} s later without")
    };
    format!("seen {}; {marker}", at.to_rfc3339())
}

fn directory(files: &Files, lines: &mut Lines) {
    let bytes = |bytes: Option<u64>| bytes.map_or_else(|| "none".to_owned(), text::size);
    lines.push((
        "output",
        format!(
            "stdout {}, stderr {}",
            bytes(files.stdout_bytes),
            bytes(files.stderr_bytes)
        ),
    ));
    lines.push((
        "directory",
        format!("{} ({})", files.place, text::size(files.size)),
    ));
    lines.extend(files.trouble.iter().map(|trouble| ("record", trouble.clone())));
}
