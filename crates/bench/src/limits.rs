//! What the machine can do without us: how often the disk makes a write durable, and SQLite's commits alone and in groups.

use std::fs::File;
use std::io::Write;

use anyhow::Context;
use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::place::Place;

/// What a row holds: a webhook's size.
const PAYLOAD: usize = 2048;
/// Rows in a grouped commit.
const GROUP: u64 = 64;

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let folder = place.fresh("limits")?;
    let syncs = place.many(2_000);
    let mut file = File::create(folder.join("file"))?;
    let watch = Stopwatch::start();
    for _ in 0..syncs {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
    }
    let conditions = Conditions::from([("bytes", json!(4096))]);
    sheet.put(
        "limit.fdatasync",
        (per_second(syncs, watch), "1/s"),
        syncs,
        &conditions,
    );

    let mut connection = open(&folder.join("limit.db"))?;
    let conditions = pragmas(&connection)?;
    let commits = place.many(2_000);
    let watch = Stopwatch::start();
    for number in 0..commits {
        insert(&mut connection, number..number + 1)?;
    }
    sheet.put(
        "limit.sqlite.single",
        (per_second(commits, watch), "1/s"),
        commits,
        &conditions,
    );

    let groups = place.many(2_000);
    let watch = Stopwatch::start();
    for number in 0..groups {
        let first = commits + number * GROUP;
        insert(&mut connection, first..first + GROUP)?;
    }
    let mut conditions = conditions;
    conditions.insert("rows_per_commit", json!(GROUP));
    let rows = groups * GROUP;
    sheet.put(
        "limit.sqlite.grouped",
        (per_second(rows, watch), "1/s"),
        rows,
        &conditions,
    );
    Ok(())
}

/// The pragmas of the product's own connections; what is read back is printed.
fn open(path: &std::path::Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path).context("open a database")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE payload (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT",
    )?;
    Ok(connection)
}

fn pragmas(connection: &Connection) -> anyhow::Result<Conditions> {
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(Conditions::from([
        ("journal_mode", json!(journal)),
        ("synchronous", json!(synchronous)),
        ("bytes", json!(PAYLOAD)),
    ]))
}

fn insert(connection: &mut Connection, numbers: std::ops::Range<u64>) -> anyhow::Result<()> {
    let transaction = connection.transaction()?;
    rows(&transaction, numbers)?;
    transaction.commit()?;
    Ok(())
}

fn rows(transaction: &Transaction<'_>, numbers: std::ops::Range<u64>) -> anyhow::Result<()> {
    let mut statement = transaction.prepare_cached("INSERT INTO payload (key, body) VALUES (?1, ?2)")?;
    for number in numbers {
        statement.execute(params![format!("key-{number}"), vec![7_u8; PAYLOAD]])?;
    }
    Ok(())
}

/// A rate.
pub(crate) fn per_second(count: u64, watch: Stopwatch) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts of a measurement are small")]
    let count = count as f64;
    count / watch.seconds().max(1e-9)
}
