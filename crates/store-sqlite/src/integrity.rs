//! Whether a database holds together: its pages, its references, and the rules between its tables. Reads alone, in one snapshot.

mod rules;
mod replays;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;

use crate::identity;
use crate::migrations::{self, Found, SCHEMA};
use crate::open::OpenError;
use crate::readers;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Integrity {
    /// The schema of the file.
    pub schema: i64,
    /// Which copy of the state it is; none when it is older than that was noted.
    pub epoch: Option<String>,
    /// It was restored, and no daemon has looked at the outside since.
    pub look_first: bool,
    /// Tasks in it.
    pub tasks: u64,
    /// The rules between the tables were tried too; they are those of the newest schema alone.
    pub rules_tried: bool,
    /// What is wrong. Empty: nothing.
    pub problems: Vec<Problem>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The rule that is broken, in a word.
    pub rule: &'static str,
    /// Where, and how.
    pub what: String,
}

impl Problem {
    /// The file is damaged. Otherwise it can be read whole, and what is in it does not fit together.
    #[must_use]
    pub fn is_of_the_file(&self) -> bool {
        matches!(self.rule, "pages" | "references")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.rule, self.what)
    }
}

/// Lines that SQLite's own checks give at most.
const LINES: usize = 20;

const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at a database that may be in use. Blocks, for as long as it takes to read all of it.
///
/// # Errors
/// The file cannot be opened, is not ours, or has a newer schema than is known. What is wrong inside is no error, but a problem.
pub fn check(path: &Path) -> Result<Integrity, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    let connection = readers::connect(path, PATIENCE).map_err(|error| OpenError::setting(path, error))?;
    look(&connection, path)
}

/// The same on an open connection.
pub(crate) fn look(connection: &Connection, path: &Path) -> Result<Integrity, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::of(path, &error);
    let snapshot = connection.unchecked_transaction().map_err(failed)?;
    let schema = match migrations::look(&snapshot).map_err(failed)? {
        Found::Schema(schema) if schema <= SCHEMA => schema,
        Found::Schema(found) => {
            return Err(OpenError::NewerSchema {
                path: path.to_owned(),
                found,
                known: SCHEMA,
            });
        }
        Found::Empty => return Err(OpenError::Missing(path.to_owned())),
        Found::Foreign => return Err(OpenError::NotOurs(path.to_owned())),
    };
    let mut problems = pages(&snapshot);
    problems.extend(references(&snapshot));
    let rules_tried = schema == SCHEMA;
    if rules_tried {
        problems.extend(rules::broken(&snapshot));
    }
    let identity = rules_tried.then(|| identity::find(&snapshot).ok()).flatten();
    Ok(Integrity {
        schema,
        look_first: identity.as_ref().is_some_and(|identity| identity.look_first),
        epoch: identity.map(|identity| identity.epoch),
        tasks: count(&snapshot),
        rules_tried,
        problems,
    })
}

/// Whether every task follows from its event log; nothing for an older schema.
pub(crate) fn replays(connection: &Connection, schema: i64) -> Vec<Problem> {
    if schema < SCHEMA {
        return Vec::new();
    }
    replays::broken(connection)
}

fn pages(connection: &Connection) -> Vec<Problem> {
    let lines = connection
        .prepare(&format!("PRAGMA integrity_check({LINES})"))
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
    match lines {
        Ok::<Vec<String>, _>(lines) if lines == ["ok"] => Vec::new(),
        Ok(lines) => lines
            .into_iter()
            .map(|what| Problem { rule: "pages", what })
            .collect(),
        Err(error) => vec![Problem {
            rule: "pages",
            what: error.to_string(),
        }],
    }
}

fn references(connection: &Connection) -> Vec<Problem> {
    let lines: rusqlite::Result<Vec<String>> =
        connection
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut statement| {
                let lines = statement.query_map([], |row| {
                    let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                    let row: Option<i64> = row.get(1)?;
                    let row = row.map_or_else(|| "?".to_owned(), |row| row.to_string());
                    Ok(format!(
                        "row {row} of {table} names a row of {parent} that is not there"
                    ))
                })?;
                lines.take(LINES).collect()
            });
    let lines = lines.unwrap_or_else(|error| vec![error.to_string()]);
    lines
        .into_iter()
        .map(|what| Problem {
            rule: "references",
            what,
        })
        .collect()
}

fn count(connection: &Connection) -> u64 {
    let count: rusqlite::Result<i64> =
        connection.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0));
    count
        .ok()
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(0)
}
