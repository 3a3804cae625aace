//! Verdicts and front matter: reports as agents write them, and texts that were written to hurt.

use std::hint::black_box;

use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::report::{JudgeOptions, judge_bytes};

use crate::Case;
use texts::REPORTS;

#[path = "../../../pipeline-core/benches/verdict/texts.rs"]
mod texts;

const HOSTILE: [&str; 5] = [
    "unclosed block of 200 kB",
    "64 KiB of keys",
    "64 KiB of brackets",
    "alias bomb",
    "1 MiB of items",
];

/// Reports whose front matter is read alone.
const READ_ALONE: [&str; 2] = ["TRK-021/12-review.md", "TRK-021/13-test-report.md"];

pub(crate) fn cases() -> Vec<Case> {
    let fixtures = REPORTS.iter().map(|name| {
        let bytes = texts::fixture(name);
        judged(name, name, bytes)
    });
    let hostile = HOSTILE.iter().map(|name| {
        let text = texts::hostile(name);
        judged(name, texts::report(name), text.into_bytes())
    });
    let read = READ_ALONE.iter().map(|name| {
        let text = String::from_utf8_lossy(&texts::fixture(name)).into_owned();
        Case::new(format!("front matter: {name}"), move || {
            let _ = black_box(FrontMatter::read(black_box(&text)));
        })
    });
    fixtures.chain(hostile).chain(read).collect()
}

fn judged(name: &str, report: &str, bytes: Vec<u8>) -> Case {
    let report = report.to_owned();
    Case::new(format!("verdict: {name}"), move || {
        black_box(judge_bytes(&report, black_box(&bytes), &JudgeOptions::default()));
    })
}
