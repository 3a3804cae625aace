//! Reports as agents write them, and texts that were written to hurt. For whatever measures verdicts.
#![allow(clippy::expect_used, reason = "a measurement stops when it cannot go on")]

use std::fs;
use std::path::Path;

/// Below `fixtures/reports`.
pub(crate) const REPORTS: [&str; 8] = [
    "TRK-021/12-review.md",
    "TRK-021/12-review-v4.md",
    "TRK-021/13-test-report.md",
    "TRK-021/14-deploy-log.md",
    "TRK-021/15-staging-log.md",
    "SHOP-007/13-test-report.md",
    "broken/13-test-report-duplicate.md",
    "freeform/cycle-report.md",
];

/// A report of the fixtures.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reports");
    fs::read(reports.join(name)).expect("a report of the fixtures")
}

/// The report that a hostile text is given as.
pub(crate) fn report(name: &str) -> &'static str {
    if name.contains("items") || name.contains("item") || name.contains("fences") {
        "12-review.md"
    } else {
        "13-test-report.md"
    }
}

/// The hostile text of that name.
pub(crate) fn hostile(name: &str) -> String {
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
