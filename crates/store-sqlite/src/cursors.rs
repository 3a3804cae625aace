//! How far the feed of each source was read.

use rusqlite::Connection;

use crate::columns::{change, first};
use crate::failure::Failure;

/// Remembers the cursor.
pub(crate) fn write(connection: &Connection, source: &str, cursor: &str) -> Result<(), Failure> {
    change(
        connection,
        "INSERT INTO cursors (source, cursor) VALUES (?1, ?2)
            ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor",
        [source, cursor],
    )?;
    Ok(())
}

/// The cursor as last written.
pub(crate) fn find(connection: &Connection, source: &str) -> Result<Option<String>, Failure> {
    let found = first(
        connection,
        "SELECT cursor FROM cursors WHERE source = ?1",
        [source],
        |row| row.get(0),
    );
    Ok(found?)
}
