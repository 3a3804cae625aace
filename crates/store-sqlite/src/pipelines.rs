//! Pipeline definitions by digest: what tasks are pinned to.

use pipeline_core::id::PipelineDigest;
use pipeline_core::pipeline::Pipeline;
use rusqlite::{Connection, params};

use crate::columns::{Json, change, first};
use crate::failure::Failure;

/// Stores the definition unless it is there.
pub(crate) fn keep(
    connection: &Connection,
    digest: &PipelineDigest,
    pipeline: &Pipeline,
) -> Result<(), Failure> {
    change(
        connection,
        "INSERT INTO pipelines (digest, body) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
        params![digest.as_str(), Json(pipeline)],
    )?;
    Ok(())
}

/// The definition with this digest.
pub(crate) fn find(connection: &Connection, digest: &PipelineDigest) -> Result<Option<Pipeline>, Failure> {
    let found = first(
        connection,
        "SELECT body FROM pipelines WHERE digest = ?1",
        [digest.as_str()],
        |row| row.get(0),
    )?;
    Ok(found.map(|Json(pipeline)| pipeline))
}
