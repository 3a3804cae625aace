//! The table `relations`: which issue waits for which.

use pipeline_core::id::IssueId;
use pipeline_core::observation::Blocker;
use rusqlite::{Connection, params};

use crate::issues::{column_at, is_finished};

/// Notes that `row` waits for `blocker`; repeating is harmless.
pub(crate) fn insert(db: &Connection, row: i64, blocker: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO relations (issue, blocked_by) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![row, blocker],
    )?;
    Ok(())
}

/// What the issue waits for, oldest first.
pub(crate) fn blockers_of(db: &Connection, row: i64) -> rusqlite::Result<Vec<Blocker>> {
    db.prepare_cached(
        "SELECT sequence, project, stands_in, deleted FROM relations JOIN issues ON issues.id = blocked_by
         WHERE issue = ?1 ORDER BY sequence",
    )?
    .query_map([row], |row| {
        let sequence: i64 = row.get(0)?;
        let project: String = row.get(1)?;
        let deleted: bool = row.get(3)?;
        Ok(Blocker {
            issue: IssueId::new(sequence.to_string()),
            label: format!("{}-{sequence:03}", project.to_uppercase()),
            finished: deleted || is_finished(column_at(row, 2)?),
            leads_back: None,
        })
    })?
    .collect()
}
