//! What is remembered of each issue, task or not.

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::orders::ItemMark;
use rusqlite::{Connection, params};

use crate::columns::{Json, change, first};
use crate::failure::Failure;

/// Replaces what is remembered.
pub(crate) fn write(connection: &Connection, mark: &ItemMark) -> Result<(), Failure> {
    change(
        connection,
        "INSERT INTO items (project, issue, body) VALUES (?1, ?2, ?3)
            ON CONFLICT (project, issue) DO UPDATE SET body = excluded.body",
        params![mark.project.as_str(), mark.issue.as_str(), Json(mark)],
    )?;
    Ok(())
}

/// What is remembered.
pub(crate) fn find(
    connection: &Connection,
    project: &ProjectId,
    issue: &IssueId,
) -> Result<Option<ItemMark>, Failure> {
    let found = first(
        connection,
        "SELECT body FROM items WHERE project = ?1 AND issue = ?2",
        [project.as_str(), issue.as_str()],
        |row| row.get(0),
    )?;
    Ok(found.map(|Json(mark)| mark))
}
