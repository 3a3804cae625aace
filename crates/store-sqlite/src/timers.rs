//! Timers: one per task and kind.

use pipeline_core::id::TaskId;
use pipeline_core::port::store::tasks::DueTimer;
use pipeline_core::time::Timestamp;
use pipeline_core::timer::{TimerChange, TimerKind};
use rusqlite::{Connection, Row, params};

use crate::columns::{change, row_limit, rows, worded};
use crate::failure::Failure;

const ARM: &str = "INSERT INTO timers (task, kind, generation, due) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (task, kind) DO UPDATE SET generation = excluded.generation, due = excluded.due";
pub(crate) const DISARM: &str = "DELETE FROM timers WHERE task = ?1 AND kind = ?2";
pub(crate) const DUE: &str =
    "SELECT task, kind, generation FROM timers WHERE due <= ?1 ORDER BY due, task, kind LIMIT ?2";

/// Arms or disarms.
pub(crate) fn apply(connection: &Connection, task: TaskId, timer: &TimerChange) -> Result<(), Failure> {
    match timer {
        TimerChange::Arm {
            kind,
            generation,
            due,
        } => change(connection, ARM, params![task.0, kind.as_str(), generation, due.0])?,
        TimerChange::Disarm { kind } => change(connection, DISARM, params![task.0, kind.as_str()])?,
    };
    Ok(())
}

/// Timers due at `now`, earliest first.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>, Failure> {
    Ok(rows(connection, DUE, params![now.0, row_limit(limit)], timer)?)
}

fn timer(row: &Row<'_>) -> rusqlite::Result<DueTimer> {
    Ok(DueTimer {
        task: TaskId(row.get("task")?),
        kind: worded(row, "kind", &TimerKind::ALL, TimerKind::as_str)?,
        generation: row.get("generation")?,
    })
}
