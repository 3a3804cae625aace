//! What each statement of this crate costs on a large board, by its query plan. Every statement is found in the sources and has a line here;
//! those that run often must touch few rows, however many there are.

mod statistics;

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use testkit::query_plan::guard::{Class, Guard};
use testkit::statements::statements;

use crate::database::opening::migrate;
use statistics::{LARGE, write_statistics};

/// By name: the module and what holds the statement in it.
const CLASSES: &[(&str, Class)] = &[
    ("activities::move_issue", Class::Hot),
    ("activities::of_issue", Class::Hot),
    ("changes::after", Class::Bounded),
    ("changes::forget", Class::Bounded),
    ("changes::insert", Class::Hot),
    ("changes::insert 2", Class::Hot),
    ("comments::insert_ours", Class::Hot),
    ("comments::insert_theirs", Class::Hot),
    ("comments::of_issue", Class::Hot),
    (
        "database::opening::check_identity",
        Class::Rare("at every start: the schema has some twenty objects"),
    ),
    ("issues::ensure_project", Class::Hot),
    ("issues::find", Class::Hot),
    ("issues::insert", Class::Hot),
    ("issues::insert 2", Class::Hot),
    ("issues::observe", Class::Hot),
    (
        "issues::of_project",
        Class::Rare("the board's page shows every issue of a project"),
    ),
    ("issues::open_ones", Class::Hot),
    ("issues::set_column", Class::Hot),
    ("issues::set_deleted", Class::Hot),
    ("issues::touch", Class::Hot),
    ("messages::alert", Class::Hot),
    (
        "messages::of_project",
        Class::Rare("the board's page shows the whole chat of a project"),
    ),
    ("messages::show", Class::Hot),
    (
        "relations::blockers_of",
        Class::Sorts("what one issue waits for: a few"),
    ),
    ("relations::insert", Class::Hot),
];

#[test]
fn every_statement_has_a_class() {
    let guard = guard();
    assert!(
        guard.statements.len() > 20,
        "the sources were not read: {guard:?}"
    );
    none(&guard.unclassified());
}

#[test]
fn no_statement_is_dearer_than_its_class_allows() {
    for connection in [migrated(), with_statistics()] {
        none(&guard().too_dear(&|sql| plan(&connection, sql)));
    }
}

#[test]
fn every_exception_is_still_one() {
    let connection = migrated();
    none(&guard().needless_exceptions(&|sql| plan(&connection, sql)));
}

#[test]
fn open_issues_are_found_by_the_index_that_holds_nothing_else() {
    for connection in [migrated(), with_statistics()] {
        let by_index = [("issues::open_ones", "issues_open")];
        none(&guard().past_their_index(&by_index, &|sql| plan(&connection, sql)));
    }
}

#[test]
fn the_statistics_know_every_index() {
    let connection = migrated();
    let sql = "SELECT name FROM sqlite_schema WHERE type IN ('index', 'table') AND name <> 'sqlite_sequence'";
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

fn migrated() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection).unwrap();
    connection
}

fn with_statistics() -> Connection {
    let connection = migrated();
    write_statistics(&connection);
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
