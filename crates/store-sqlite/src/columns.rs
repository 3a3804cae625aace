//! How values travel to and from columns: JSON bodies, words of enums, numbers. Knows no table.

use std::error::Error as StdError;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{CachedStatement, Connection, Error, Params, Row, ffi};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value kept as JSON text.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> ToSql for Json<&T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(self.0)
            .map(ToSqlOutput::from)
            .map_err(|error| Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// A number without a sign, as SQLite's integer.
pub(crate) fn integer(number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

/// An integer column that holds a number without a sign.
pub(crate) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(unreadable)
}

/// How many rows at most; what does not fit means all.
pub(crate) fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The value whose word stands in the column.
pub(crate) fn worded<T: Copy>(
    row: &Row<'_>,
    column: &str,
    values: &[T],
    word: fn(T) -> &'static str,
) -> rusqlite::Result<T> {
    let found: String = row.get(column)?;
    values
        .iter()
        .copied()
        .find(|value| word(*value) == found)
        .ok_or_else(|| unreadable(format!("unknown word '{found}' in column {column}")))
}

/// All rows of a cached statement.
pub(crate) fn rows<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = prepare(connection, sql)?;
    let found = statement.query_map(params, read)?;
    found.collect()
}

/// The first row of a cached statement, when there is one.
pub(crate) fn first<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut statement = prepare(connection, sql)?;
    let mut found = statement.query(params)?;
    found.next()?.map(read).transpose()
}

/// Runs a cached statement and answers how many rows it changed.
pub(crate) fn change<P: Params>(connection: &Connection, sql: &str, params: P) -> rusqlite::Result<usize> {
    prepare(connection, sql)?.execute(params)
}

/// A write outside a transaction is refused: SQLite may have ended the transaction itself (a full disk, an I/O error), and each further
/// statement of the same work would then be committed on its own.
fn prepare<'a>(connection: &'a Connection, sql: &str) -> rusqlite::Result<CachedStatement<'a>> {
    let statement = connection.prepare_cached(sql)?;
    if connection.is_autocommit() && !statement.readonly() {
        let over = "the transaction is over; nothing more is written".to_owned();
        return Err(Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK),
            Some(over),
        ));
    }
    Ok(statement)
}

fn unreadable(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::FromSqlConversionFailure(0, Type::Text, error.into())
}
