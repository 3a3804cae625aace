//! Projects by digest: what the events of the log were decided by.

use pipeline_core::id::ProjectDigest;
use pipeline_core::port::store::tasks::Logged;
use pipeline_core::project::Project;
use rusqlite::{Connection, params};

use crate::columns::{Json, change, first};
use crate::failure::Failure;

/// Stores the project that an entry names, unless it is there.
pub(crate) fn keep(connection: &Connection, logged: &Logged) -> Result<(), Failure> {
    let Some(digest) = &logged.entry.project else {
        return Ok(());
    };
    // Nearly always there: its text is only made when it is new.
    if first(connection, IS_KEPT, [digest.as_str()], |_| Ok(()))?.is_none() {
        change(
            connection,
            "INSERT INTO project_versions (digest, body) VALUES (?1, ?2)",
            params![digest.as_str(), Json(logged.project.as_ref())],
        )?;
    }
    Ok(())
}

pub(crate) const IS_KEPT: &str = "SELECT 1 FROM project_versions WHERE digest = ?1";

/// The project with this digest.
pub(crate) fn find(connection: &Connection, digest: &ProjectDigest) -> Result<Option<Project>, Failure> {
    let found = first(
        connection,
        "SELECT body FROM project_versions WHERE digest = ?1",
        [digest.as_str()],
        |row| row.get(0),
    )?;
    Ok(found.map(|Json(project)| project))
}
