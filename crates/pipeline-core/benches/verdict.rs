//! How long verdicts take and what they allocate: the reports of `fixtures/reports`, and texts that were written to hurt. At the end the
//! largest resident memory of the process is told; the texts themselves are a part of it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark says what it found, and stops when it cannot go on"
)]

use std::fs;
use std::path::Path;

use divan::{AllocProfiler, Bencher};
use pipeline_core::verdict::report::{JudgeOptions, judge_bytes};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const REPORTS: [&str; 8] = [
    "TRK-021/12-review.md",
    "TRK-021/12-review-v4.md",
    "TRK-021/13-test-report.md",
    "TRK-021/14-deploy-log.md",
    "TRK-021/15-staging-log.md",
    "SHOP-007/13-test-report.md",
    "broken/13-test-report-duplicate.md",
    "freeform/cycle-report.md",
];

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
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reports");
    let bytes = fs::read(reports.join(name)).unwrap();
    bencher.bench(|| judge_bytes(name, &bytes, &JudgeOptions::default()));
}

/// Text that was written to hurt.
#[divan::bench(args = [
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
fn hostile(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let report = if name.contains("items") || name.contains("item") || name.contains("fences") {
        "12-review.md"
    } else {
        "13-test-report.md"
    };
    bencher.bench(|| judge_bytes(report, text.as_bytes(), &JudgeOptions::default()));
}

fn text(name: &str) -> String {
    const BLOCK: usize = 64 * 1024 - 64;
    const REPORT: usize = 1024 * 1024 - 64;
    let filled = |piece: &str, size: usize| piece.repeat(size / piece.len());
    let framed = |block: &str| format!("---\n{block}\n---\n");
    let review = |body: &str| format!("---\nverdict: APPROVED\n---\n### P3\n{body}");
    match name {
        "unclosed block of 200 kB" => format!("---\n{}", filled("key: value\n", 200_000)),
        "unclosed block of 200 MB" => format!("---\n{}", filled("key: value\n", 200_000_000)),
        "one line of 200 MB" => format!("---\nresult: {}", filled("x", 200_000_000)),
        "64 KiB of keys" => framed(
            &(0..1_000)
                .map(|key| format!("key{key}: value\n"))
                .collect::<String>(),
        ),
        "64 KiB of brackets" => framed(&filled("[", BLOCK)),
        "64 KiB of one quoted scalar" => framed(&format!("result: \"{}\"", filled("\\t\\n", BLOCK))),
        "64 KiB of one comment" => framed(&format!("result: PASS #{}", filled("#", BLOCK))),
        "5,000 levels" => framed(&format!("result: {}", filled("[", 5_000))),
        "alias bomb" => framed(
            &(1..10)
                .map(|level| {
                    format!(
                        "l{level}: &l{level} [{}]\n",
                        filled(&format!("*l{}, ", level - 1), 50)
                    )
                })
                .collect::<String>()
                .replace("*l0", "x"),
        ),
        "1 MiB of items" => review(&filled("- x\n", REPORT)),
        "1 MiB of one item" => review(&format!("- x\n{}", filled("y\n", REPORT))),
        "1 MiB of fences" => review(&filled("```\n````\n", REPORT)),
        _ => format!("---\nresult: FAILED\n---\n{}", filled("| x | FAIL |\n", REPORT)),
    }
}
