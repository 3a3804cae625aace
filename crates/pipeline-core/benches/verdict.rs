//! How long verdicts take and what they allocate: the reports of `fixtures/reports`, and texts that were written to hurt. At the end the
//! largest resident memory of the process is told; the texts themselves are a part of it.
#![allow(clippy::print_stdout, reason = "a benchmark says what it found")]

#[path = "verdict/texts.rs"]
mod texts;

use std::fs;

use divan::{AllocProfiler, Bencher};
use pipeline_core::verdict::report::{JudgeOptions, judge_bytes};

use texts::REPORTS;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!(
            "largest resident memory: {}",
            peak.trim_start_matches("VmHWM:").trim()
        );
    }
}

/// A report as an agent writes it.
#[divan::bench(args = REPORTS)]
fn fixture(bencher: Bencher<'_, '_>, name: &str) {
    let bytes = texts::fixture(name);
    bencher.bench(|| judge_bytes(name, &bytes, &JudgeOptions::default()));
}

/// Text that was written to hurt.
#[divan::bench(name = "hostile", args = [
    "unclosed block of 200 kB",
    "unclosed block of 200 MB",
    "one line of 200 MB",
    "64 KiB of keys",
    "64 KiB of brackets",
    "64 KiB of one quoted scalar",
    "64 KiB of one comment",
    "5,000 levels",
    "alias bomb",
    "1 MiB of items",
    "1 MiB of one item",
    "1 MiB of fences",
    "1 MiB of failing rows",
])]
fn hostile_text(bencher: Bencher<'_, '_>, name: &str) {
    let (report, text) = (texts::report(name), texts::hostile(name));
    bencher.bench(|| judge_bytes(report, text.as_bytes(), &JudgeOptions::default()));
}
