//! Every event that changed a task, with what was decided: for people and for replay.

use pipeline_core::event::LogEntry;
use pipeline_core::id::{ProjectDigest, TaskId};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{Json, change, integer, rows, unsigned};
use crate::failure::Failure;

/// Adds an entry; a revision of a task is logged once.
pub(crate) fn append(connection: &Connection, entry: &LogEntry) -> Result<(), Failure> {
    change(
        connection,
        "INSERT INTO event_log (task, revision, at, event, note, project) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            entry.task.0,
            integer(entry.revision)?,
            entry.at.0,
            Json(&entry.event),
            entry.note,
            entry.project.as_ref().map(ProjectDigest::as_str),
        ],
    )?;
    Ok(())
}

pub(crate) const OF_TASK: &str =
    "SELECT task, revision, at, event, note, project FROM event_log WHERE task = ?1 ORDER BY revision";

/// The entries of a task, oldest first.
pub(crate) fn of_task(connection: &Connection, task: TaskId) -> Result<Vec<LogEntry>, Failure> {
    Ok(rows(connection, OF_TASK, [task.0], entry)?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let Json(event) = row.get("event")?;
    Ok(LogEntry {
        task: TaskId(row.get("task")?),
        revision: unsigned(row, "revision")?,
        at: Timestamp(row.get("at")?),
        event,
        note: row.get("note")?,
        project: row.get::<_, Option<String>>("project")?.map(ProjectDigest::new),
    })
}
