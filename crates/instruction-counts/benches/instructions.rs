//! Counts the instructions and allocations of hot functions and compares them with `expected.txt`.
//!
//! ```text
//! just instructions             # exit code 1 when a count is not as expected
//! just instructions --update    # writes the counts down as expected
//! ```
//!
//! The program runs itself under callgrind, which counts nothing but the one call of each case. Cases run one after the other in one process,
//! each of them twice: what the first call sets up, and how it leaves the allocator, is not counted.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal, and for CI"
)]

#[path = "instructions/decisions.rs"]
mod decisions;
#[path = "instructions/verdicts.rs"]
mod verdicts;
#[path = "instructions/decoding.rs"]
mod decoding;
#[path = "instructions/callgrind.rs"]
mod callgrind;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use instruction_counts::table::{self, TOLERANCE};

/// The argument by which the program knows that it runs under callgrind.
const COUNTED: &str = "--counted";

const RECORD: &str = "If it is meant to be so, record it: just instructions --update, and commit crates/instruction-counts/expected.txt";

/// A call that is counted.
struct Case {
    name: String,
    call: Box<dyn FnMut()>,
}

impl Case {
    fn new(name: String, call: impl FnMut() + 'static) -> Self {
        let call = Box::new(call);
        Self { name, call }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if has(COUNTED) {
        run();
        return ExitCode::SUCCESS;
    }
    match compare(has("--update")) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("failed to count instructions: {why}");
            ExitCode::from(2)
        }
    }
}

/// Under callgrind: the names of the cases go to stdout, in the order of the counts.
fn run() {
    for mut case in cases() {
        // The first count holds what was set up as well: calls, such as those of the allocator, are counted before anything else is.
        for _ in 0..2 {
            counted_by_callgrind(&mut *case.call);
            dumped_by_callgrind();
        }
        println!("{}", case.name);
    }
}

fn cases() -> Vec<Case> {
    let mut cases = decisions::cases();
    cases.extend(verdicts::cases());
    cases.extend(decoding::cases());
    cases
}

/// Callgrind counts between its first and its last instruction; known to it by this name.
#[inline(never)]
fn counted_by_callgrind(call: &mut dyn FnMut()) {
    call();
    // Without something behind it the call would be a jump, and this function over before it.
    black_box(());
}

/// Callgrind writes down what it counted until here, and counts from nought again.
#[inline(never)]
fn dumped_by_callgrind() {
    black_box(());
}

/// Whether all is as expected.
fn compare(update: bool) -> Result<bool, String> {
    let file = expectations();
    let got = callgrind::count(COUNTED)?;
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if update {
        fs::write(&file, table::text(&got)).map_err(failed)?;
        println!("{} cases written to {}", got.len(), file.display());
        return Ok(true);
    }
    let text = fs::read_to_string(&file).map_err(failed)?;
    let expected = table::read(&text)
        .map_err(|line| format!("{} has a line that is no row of it: {line}", file.display()))?;
    let differences = table::differences(&expected, &got);
    for difference in &differences {
        println!("{difference}");
    }
    let (all, off) = (got.len(), differences.len());
    if off == 0 {
        println!("{all} cases take as many instructions and allocations as expected (±{TOLERANCE} %)");
    } else {
        println!("{off} of {all} cases are not as expected (±{TOLERANCE} %). {RECORD}");
    }
    Ok(off == 0)
}

fn expectations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("expected.txt")
}
