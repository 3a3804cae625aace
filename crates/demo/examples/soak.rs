//! Soak: kills the demo at random moments until it is done, again and again, and counts what must not happen.
//!
//! `cargo run -p demo --example soak -- target/debug/orchd 20 [SEED]` plays twenty rounds. Each round kills one demo at up to five random
//! moments, then lets it end, and checks the end. The last line is a table row: rounds, kills, lost, doubled, seconds.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for developers"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pipeline_core::port::clock::Clock;
use serde_json::Value;

const KILLS_PER_ROUND: u64 = 5;
/// Kills fall into the first so many milliseconds of a start.
const WINDOW_MS: u64 = 1_800;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("the path of orchd");
    let rounds: u64 = arguments
        .next()
        .map_or(10, |text| text.parse().expect("a number of rounds"));
    let clock = app::clock::SystemClock;
    let seed = arguments.next().map_or_else(
        || clock.now().0.unsigned_abs(),
        |text| text.parse().expect("a seed"),
    );
    println!("seed {seed}");
    let started = clock.now();
    let mut dice = Dice(seed);
    let expected = comments(&end(&program, tempfile::tempdir().unwrap().path()));
    let (mut kills, mut lost, mut doubled) = (0, 0, 0);
    for round in 1..=rounds {
        let home = tempfile::tempdir().unwrap();
        for _ in 0..dice.below(KILLS_PER_ROUND) + 1 {
            let moment = format!("time:{}", dice.below(WINDOW_MS));
            kills += u64::from(run(&program, home.path(), &["--kill-at", &moment]).is_none());
        }
        let report = end(&program, home.path());
        let found = comments(&report);
        let done = report["state"] == "done" && report["merged"] == true;
        lost += u64::from(!done)
            + expected
                .iter()
                .filter(|(text, _)| !found.contains_key(*text))
                .count() as u64;
        doubled += found
            .iter()
            .filter(|(text, times)| *times > expected.get(*text).unwrap_or(&0))
            .count() as u64;
        println!(
            "round {round}: {} after {kills} kills in all, lost {lost}, doubled {doubled}",
            report["state"]
        );
    }
    let seconds = clock.now().since(started).as_secs();
    println!("rounds {rounds} | kills {kills} | lost {lost} | doubled {doubled} | seconds {seconds}");
    assert_eq!((lost, doubled), (0, 0), "seed {seed}");
}

/// Runs the demo to its end.
fn end(program: &str, home: &Path) -> Value {
    let (_, stdout) = run(program, home, &[]).expect("the demo ends by itself");
    serde_json::from_str(&stdout).expect("a report")
}

/// None: it was killed.
fn run(program: &str, home: &Path, more: &[&str]) -> Option<(i32, String)> {
    let output = process::Command::new(program)
        .args(["demo", "--json", "--home"])
        .arg(home)
        .args(more)
        .envs(process::inherit(["PATH", "HOME", "LANG", "TMPDIR"]))
        .timeout(Duration::from_secs(300))
        .run()
        .expect("orchd starts");
    match output.status {
        process::ExitOutcome::Code(code) => {
            Some((code, String::from_utf8_lossy(&output.stdout).into_owned()))
        }
        process::ExitOutcome::Signal(_) => None,
    }
}

fn comments(report: &Value) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for comment in report["comments"].as_array().expect("comments") {
        let line = comment
            .as_str()
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        *counts.entry(line.to_owned()).or_default() += 1;
    }
    counts
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
