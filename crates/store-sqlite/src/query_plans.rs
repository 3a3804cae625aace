//! What each statement of this crate costs in a large database, by its query plan. Every statement is found in the sources and has a line in
//! [`classes`]; those that run often must touch few rows, however many there are.

mod classes;
mod statistics;

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use testkit::query_plan::guard::Guard;
use testkit::statements::statements;

use crate::migrations::{self, MIGRATIONS};
use crate::pragmas;
use classes::{BY_INDEX, CLASSES};
use statistics::{LARGE, Statistics};

#[test]
fn every_statement_has_a_class() {
    let guard = guard();
    assert!(
        guard.statements.len() > 80,
        "the sources were not read: {guard:?}"
    );
    none(&guard.unclassified());
}

#[test]
fn no_statement_is_dearer_than_its_class_allows() {
    for statistics in Statistics::ALL {
        let connection = migrated(statistics);
        none(&guard().too_dear(&|sql| plan(&connection, sql)));
    }
}

#[test]
fn every_exception_is_still_one() {
    let connection = migrated(Statistics::None);
    none(&guard().needless_exceptions(&|sql| plan(&connection, sql)));
}

#[test]
fn what_is_open_is_found_by_the_index_that_holds_nothing_else() {
    for statistics in Statistics::ALL {
        let connection = migrated(statistics);
        none(&guard().past_their_index(BY_INDEX, &|sql| plan(&connection, sql)));
    }
}

#[test]
fn the_statistics_know_every_index() {
    let connection = migrated(Statistics::None);
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'index'
        UNION SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    let there: BTreeSet<String> = names.collect::<Result<_, _>>().unwrap();
    let known: BTreeSet<String> = LARGE.indexes.iter().map(|known| known.index.to_owned()).collect();
    assert_eq!(there, known, "in the schema, and in query_plans/statistics.rs");
}

fn none(told: &[String]) {
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

fn guard() -> Guard {
    Guard {
        statements: statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")),
        classes: CLASSES,
        large: &LARGE,
    }
}

fn migrated(statistics: Statistics) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrations::run(&mut connection, "memory".as_ref(), 0, MIGRATIONS).unwrap();
    statistics.write(&connection);
    pragmas::hold_plans(&connection).unwrap();
    connection
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    for parameter in 1..=statement.parameter_count() {
        statement.raw_bind_parameter(parameter, 1).unwrap();
    }
    let mut steps = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    steps
}
