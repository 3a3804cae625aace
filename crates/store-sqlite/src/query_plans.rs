//! No statement that runs often may pass over a whole table. Passing over a partial index is fine: it holds what is open, not what was.

use rusqlite::Connection;

use crate::migrations::{self, MIGRATIONS};
use crate::{
    accounts, deliveries, event_log, holds, jobs, orders, outbox, project_versions, retention, runs, tasks,
    timers,
};

/// Statements that look things up, and those that change what they looked up.
const HOT: &[&str] = &[
    tasks::ALLOT,
    tasks::BY_ID,
    tasks::BY_WORK_ITEM,
    tasks::BY_ISSUE,
    tasks::BY_BRANCH,
    tasks::OPEN,
    tasks::UPDATE,
    event_log::OF_TASK,
    project_versions::IS_KEPT,
    timers::DISARM,
    timers::DUE,
    runs::OF_TASK,
    jobs::QUEUE,
    jobs::HOLDS,
    jobs::END,
    jobs::REQUEUE,
    jobs::CANCEL_QUEUED,
    jobs::CANCEL_RUNNING,
    jobs::RENEW,
    jobs::GIVE_BACK,
    jobs::LEASED,
    jobs::OF_TASK,
    jobs::ONE,
    jobs::NEXT,
    jobs::RUNNING,
    jobs::TAKE,
    jobs::TURN,
    jobs::LATER,
    outbox::OF_TASK,
    outbox::OPEN,
    outbox::IS_THERE,
    outbox::REPLACE,
    outbox::APPEND,
    outbox::END,
    outbox::ONE,
    outbox::DUE,
    outbox::DROP,
    outbox::RENEW,
    outbox::EXPIRE,
    outbox::READY,
    outbox::NEXT,
    outbox::MARK_IN_FLIGHT,
    outbox::SUPERSEDED,
    outbox::POSTPONE,
    outbox::RECLAIM,
    deliveries::WAITING,
    deliveries::END,
    deliveries::RETRY,
    orders::UNANSWERED,
    orders::ANSWER,
    orders::BY_ID,
    orders::OF_TASK,
    holds::STANDING,
    holds::LIFT,
    holds::WAITING,
    retention::FINISHED,
    retention::OPEN_RUNS,
    retention::FORGET_EFFECTS,
    retention::FORGET_ALERTS,
    accounts::UPDATE,
];

/// These walk the table by rowid and stop at their LIMIT.
const BOUNDED: &[&str] = &[
    jobs::NEWEST,
    deliveries::FORGET,
    holds::PAST,
    retention::FORGET_DELIVERIES,
];

/// Tables and their aliases; everything else in a plan is a passing result.
const TABLES: &[&str] = &[
    "tasks",
    "event_log",
    "jobs",
    "runs",
    "timers",
    "outbox",
    "head",
    "other",
    "newer",
    "deliveries",
    "orders",
    "holds",
    "turns",
];

const PARTIAL: &[&str] = &[
    "tasks_open",
    "tasks_for_people",
    "outbox_unfinished",
    "outbox_in_flight",
    "outbox_due",
    "orders_unanswered",
    "holds_open",
    "runs_open",
    "outbox_delivered",
];

#[test]
fn no_frequent_statement_passes_over_a_table() {
    let connection = migrated();
    for sql in HOT {
        for step in plan(&connection, sql) {
            assert!(!is_scan_of_a_table(&step), "{step}\nin {sql}");
        }
    }
}

#[test]
fn a_walk_that_stops_early_needs_no_sorting() {
    let connection = migrated();
    for sql in BOUNDED {
        assert!(sql.contains("LIMIT"), "{sql}");
        let sorted = plan(&connection, sql)
            .iter()
            .any(|step| step.contains("TEMP B-TREE"));
        assert!(!sorted, "{sql}");
    }
}

fn is_scan_of_a_table(step: &str) -> bool {
    let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
    let index = step.rsplit(' ').next();
    scanned.is_some_and(|table| TABLES.contains(&table))
        && !index.is_some_and(|index| PARTIAL.contains(&index))
}

fn migrated() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrations::run(&mut connection, "memory".as_ref(), 0, MIGRATIONS).unwrap();
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
