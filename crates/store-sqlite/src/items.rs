//! What is remembered of each issue, task or not.

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::orders::ItemMark;
use rusqlite::{Connection, params};

use crate::columns::{Json, change, first, integer, unsigned};
use crate::failure::Failure;

/// Replaces what is remembered. False when it is not what was read any more.
pub(crate) fn write(connection: &Connection, mark: &ItemMark) -> Result<bool, Failure> {
    let (project, issue) = (mark.project.as_str(), mark.issue.as_str());
    let written = if mark.revision == 0 {
        let sql = "INSERT INTO items (project, issue, body, revision) VALUES (?1, ?2, ?3, 1) ON CONFLICT DO NOTHING";
        change(connection, sql, params![project, issue, Json(mark)])?
    } else {
        let sql = "UPDATE items SET body = ?3, revision = revision + 1
            WHERE project = ?1 AND issue = ?2 AND revision = ?4";
        change(
            connection,
            sql,
            params![project, issue, Json(mark), integer(mark.revision)?],
        )?
    };
    Ok(written > 0)
}

/// What is remembered.
pub(crate) fn find(
    connection: &Connection,
    project: &ProjectId,
    issue: &IssueId,
) -> Result<Option<ItemMark>, Failure> {
    let found = first(
        connection,
        "SELECT body, revision FROM items WHERE project = ?1 AND issue = ?2",
        [project.as_str(), issue.as_str()],
        |row| {
            let Json(mark): Json<ItemMark> = row.get("body")?;
            let revision = unsigned(row, "revision")?;
            Ok(ItemMark { revision, ..mark })
        },
    )?;
    Ok(found)
}
