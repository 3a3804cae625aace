//! The table `issues` and its numbering.

use std::str::FromStr;

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::board::{BoardIssue, NewIssue};
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::database::Failure;
use crate::{activities, comments, relations};

/// Where an issue's row is; found only for issues that are not deleted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) row: i64,
    pub(crate) column: Column,
}

/// Makes the project known; repeating is harmless.
pub(crate) fn ensure_project(db: &Connection, project: &ProjectId) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO projects (project) VALUES (?1) ON CONFLICT DO NOTHING",
        [project.as_str()],
    )?;
    Ok(())
}

/// Writes a new issue; its row and its id.
pub(crate) fn insert(
    db: &Connection,
    project: &ProjectId,
    issue: &NewIssue,
    now: Timestamp,
) -> rusqlite::Result<(i64, IssueId)> {
    ensure_project(db, project)?;
    let sequence: i64 = db.query_row(
        "UPDATE projects SET next_sequence = next_sequence + 1 WHERE project = ?1 RETURNING next_sequence - 1",
        [project.as_str()],
        |row| row.get(0),
    )?;
    db.execute(
        "INSERT INTO issues (project, sequence, title, description, stands_in, created_in, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?7)",
        params![
            project.as_str(),
            sequence,
            issue.title,
            issue.description,
            issue.column.as_str(),
            issue.by,
            now.0
        ],
    )?;
    Ok((db.last_insert_rowid(), IssueId::new(sequence.to_string())))
}

/// The issue's place; `NotFound` when there is none or it is deleted.
pub(crate) fn find(db: &Connection, project: &ProjectId, issue: &IssueId) -> Result<Place, Failure> {
    let gone = || PortError::NotFound(format!("issue {issue} of project {project}"));
    let place = db
        .query_row(
            "SELECT id, stands_in FROM issues WHERE project = ?1 AND sequence = ?2 AND deleted = 0",
            params![project.as_str(), sequence_of(issue)],
            |row| {
                Ok(Place {
                    row: row.get(0)?,
                    column: column_at(row, 1)?,
                })
            },
        )
        .optional()?;
    Ok(place.ok_or_else(gone)?)
}

/// The whole issue, deleted ones too; none when it never was.
pub(crate) fn observe(
    db: &Connection,
    project: &ProjectId,
    issue: &IssueId,
) -> rusqlite::Result<Option<ItemObservation>> {
    let found = db
        .query_row(
            "SELECT id, sequence, title, description, stands_in, deleted, created_at, created_in
             FROM issues WHERE project = ?1 AND sequence = ?2",
            params![project.as_str(), sequence_of(issue)],
            |row| Ok((row.get::<_, i64>(0)?, bare_observation(issue, row)?)),
        )
        .optional()?;
    let Some((row, bare)) = found else {
        return Ok(None);
    };
    Ok(Some(ItemObservation {
        activities: activities::of_issue(db, row)?,
        comments: comments::of_issue(db, row)?,
        blocked_by: relations::blockers_of(db, row)?,
        ..bare
    }))
}

/// What is observed of an issue that never was.
pub(crate) fn never_was(issue: &IssueId) -> ItemObservation {
    ItemObservation {
        issue: issue.clone(),
        sequence: 0,
        title: String::new(),
        description: String::new(),
        column: None,
        deleted: true,
        created_at: Timestamp::default(),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

/// Rows of the board, oldest first.
pub(crate) fn of_project(db: &Connection, project: &ProjectId) -> rusqlite::Result<Vec<BoardIssue>> {
    db.prepare_cached(
        "SELECT sequence, title, stands_in, updated_at FROM issues
         WHERE project = ?1 AND deleted = 0 ORDER BY sequence",
    )?
    .query_map([project.as_str()], |row| {
        let sequence = u64::from(row.get::<_, u32>(0)?);
        Ok(BoardIssue {
            issue: IssueId::new(sequence.to_string()),
            sequence,
            title: row.get(1)?,
            column: column_at(row, 2)?,
            updated_at: Timestamp(row.get(3)?),
        })
    })?
    .collect()
}

/// Ids of the issues that are neither done nor cancelled nor deleted, oldest first.
pub(crate) fn open_ones(db: &Connection, project: &ProjectId) -> rusqlite::Result<Vec<IssueId>> {
    db.prepare_cached(
        "SELECT sequence FROM issues INDEXED BY issues_open
         WHERE project = ?1 AND deleted = 0 AND stands_in NOT IN ('Done', 'Cancelled') ORDER BY sequence",
    )?
    .query_map([project.as_str()], |row| {
        Ok(IssueId::new(row.get::<_, i64>(0)?.to_string()))
    })?
    .collect()
}

pub(crate) fn set_column(db: &Connection, row: i64, column: Column, now: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE issues SET stands_in = ?2, updated_at = ?3 WHERE id = ?1",
        params![row, column.as_str(), now.0],
    )?;
    Ok(())
}

pub(crate) fn set_deleted(db: &Connection, row: i64, now: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE issues SET deleted = 1, updated_at = ?2 WHERE id = ?1",
        params![row, now.0],
    )?;
    Ok(())
}

/// Notes that something about the issue changed.
pub(crate) fn touch(db: &Connection, row: i64, now: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE issues SET updated_at = ?2 WHERE id = ?1",
        params![row, now.0],
    )?;
    Ok(())
}

/// Nothing more happens to issues in these columns.
pub(crate) fn is_finished(column: Column) -> bool {
    matches!(column, Column::Done | Column::Cancelled)
}

/// Reads a column name of ours.
pub(crate) fn column_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Column> {
    let name: String = row.get(index)?;
    Column::from_str(&name)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}

fn bare_observation(issue: &IssueId, row: &Row<'_>) -> rusqlite::Result<ItemObservation> {
    Ok(ItemObservation {
        sequence: row.get::<_, u32>(1)?.into(),
        title: row.get(2)?,
        description: row.get(3)?,
        column: Some(column_at(row, 4)?),
        deleted: row.get(5)?,
        created_at: Timestamp(row.get(6)?),
        created_in: Some(column_at(row, 7)?),
        ..never_was(issue)
    })
}

/// None, which equals no row, for an id that is not of this board. Exactly the form that we give out: `01` is not issue `1`.
fn sequence_of(issue: &IssueId) -> Option<i64> {
    let sequence: i64 = issue.as_str().parse().ok()?;
    (sequence.to_string() == issue.as_str()).then_some(sequence)
}
