//! The table `activities`: who moved an issue where.

use pipeline_core::id::ActivityId;
use pipeline_core::observation::StateActivity;
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::issues::{self, Place, column_at};

/// Who moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor<'a> {
    pub(crate) name: &'a str,
    pub(crate) own: bool,
}

/// Moves the issue and writes the activity.
pub(crate) fn move_issue(
    db: &Connection,
    place: Place,
    to: Column,
    by: Actor<'_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    issues::set_column(db, place.row, to, now)?;
    db.execute(
        "INSERT INTO activities (issue, actor, own, moved_from, moved_to, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![place.row, by.name, by.own, place.column.as_str(), to.as_str(), now.0],
    )?;
    Ok(())
}

/// Oldest first.
pub(crate) fn of_issue(db: &Connection, row: i64) -> rusqlite::Result<Vec<StateActivity>> {
    db.prepare_cached("SELECT id, at, actor, own, moved_to FROM activities WHERE issue = ?1 ORDER BY id")?
        .query_map([row], |row| {
            Ok(StateActivity {
                id: ActivityId::new(row.get::<_, i64>(0)?.to_string()),
                at: Timestamp(row.get(1)?),
                actor: row.get(2)?,
                own: row.get(3)?,
                to: Some(column_at(row, 4)?),
            })
        })?
        .collect()
}
