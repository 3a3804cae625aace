//! When each project was first seen.

use pipeline_core::id::ProjectId;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::columns::{change, first};
use crate::failure::Failure;

/// When the project was first seen, if it was.
pub(crate) fn connected_at(
    connection: &Connection,
    project: &ProjectId,
) -> Result<Option<Timestamp>, Failure> {
    let found = first(
        connection,
        "SELECT connected_at FROM projects WHERE project = ?1",
        [project.as_str()],
        |row| row.get(0).map(Timestamp),
    );
    Ok(found?)
}

/// Records the moment unless one is recorded; answers the one that counts.
pub(crate) fn connect(
    connection: &Connection,
    project: &ProjectId,
    now: Timestamp,
) -> Result<Timestamp, Failure> {
    change(
        connection,
        "INSERT INTO projects (project, connected_at) VALUES (?1, ?2) ON CONFLICT (project) DO NOTHING",
        params![project.as_str(), now.0],
    )?;
    Ok(connected_at(connection, project)?.unwrap_or(now))
}
