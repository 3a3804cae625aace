//! Measurements of store, listeners and engine: each runs, small, and says what it is to say. What they cost is not looked at.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use std::collections::BTreeSet;

use bench::{Options, Shape};
use serde_json::Value;

fn check(measurement: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        only: vec![measurement.to_owned()],
        shape: Shape::Lines,
        data: folder.path().to_owned(),
        smoke: true,
    };
    let mut found = BTreeSet::new();
    for figure in bench::figures(&options).unwrap() {
        let line: Value = serde_json::from_str(&serde_json::to_string(&figure).unwrap()).unwrap();
        for field in ["value", "unit", "n", "conditions"] {
            assert!(!line[field].is_null(), "{line}");
        }
        found.insert(line["metric"].as_str().unwrap().to_owned());
    }
    let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(found, expected);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "its data is gone");
}

#[test]
fn webhooks_are_taken_and_counted() {
    let loads = [1, 16, 64]
        .map(|connections| ["rate", "p50", "p99"].map(|name| format!("ingest.{name}.{connections}")));
    let names: Vec<&str> = loads.iter().flatten().map(String::as_str).collect();
    check("ingest", &names);
}

#[test]
fn jobs_go_through_the_queue() {
    let loads = [
        "enqueue",
        "claim_complete",
        "end_to_end.1",
        "end_to_end.8",
        "end_to_end.batches.1",
        "end_to_end.batches.8",
        "steps.8",
    ];
    let names = loads.map(|load| [format!("queue.{load}"), format!("queue.{load}.commits")]);
    let names: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
    check("queue", &names);
}

#[test]
fn a_store_grows() {
    let costs = ["open", "claim", "step", "status", "queue"];
    let names =
        costs.map(|cost| ["100", "10000", "1000000", "ratio"].map(|at| format!("growth.{cost}.{at}")));
    let names: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
    check("growth", &names);
}

#[test]
fn a_start_takes_up_what_was_left() {
    check("recovery", &["recovery.open", "recovery.recover"]);
}

#[test]
fn effects_leave_the_outbox() {
    check("outbox", &["outbox.drain", "outbox.commits"]);
}
