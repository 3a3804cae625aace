//! A daemon that dies within a migration: whatever the disk holds then, the next start brings the schema up to date and loses no row.

use std::fs;
use std::path::Path;

use rusqlite::Batch;
use rusqlite::fallible_iterator::FallibleIterator;

use super::*;
use crate::pragmas;

/// The database as a dead daemon leaves it after so many statements of its last migration.
fn die_after(statements: usize, folder: &Path) -> bool {
    let alive = folder.join("alive.db");
    let mut connection = Connection::open(&alive).unwrap();
    pragmas::turn_wal_on(&connection).unwrap();
    let (last, before) = MIGRATIONS.split_last().unwrap();
    run(&mut connection, &alive, 0, before).unwrap();
    connection
        .execute_batch("INSERT INTO orders (task, by, reason, at, what) VALUES (1, 'ann', '', 0, '{}')")
        .unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut batch = Batch::new(&connection, last);
    let mut done = 0;
    while done < statements
        && let Some(mut statement) = batch.next().unwrap()
    {
        statement.raw_execute().unwrap();
        done += 1;
    }
    // Out of the cache and into the log, uncommitted, as when memory runs short.
    connection.cache_flush().unwrap();
    for ending in ["", "-wal"] {
        fs::copy(
            folder.join(format!("alive.db{ending}")),
            folder.join(format!("dead.db{ending}")),
        )
        .unwrap();
    }
    done == statements
}

#[test]
fn a_migration_that_was_broken_off_anywhere_is_done_again() {
    let mut statements = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let is_inside = die_after(statements, folder.path());
        let dead = folder.path().join("dead.db");
        let mut connection = Connection::open(&dead).unwrap();
        let Found::Schema(from) = look(&connection).unwrap() else {
            panic!("the schema is lost after {statements} statements");
        };
        assert_eq!(from, SCHEMA - 1, "{statements}");
        run(&mut connection, &dead, from, MIGRATIONS).unwrap();
        assert_eq!(look(&connection).unwrap(), Found::Schema(SCHEMA), "{statements}");
        let kept: String = connection
            .query_row("SELECT by FROM orders", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, "ann", "{statements}");
        let sound: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok", "{statements}");
        if !is_inside {
            return;
        }
        statements += 1;
    }
}
