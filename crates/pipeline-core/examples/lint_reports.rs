//! Judges report files as the gates do: one line each, what is wrong below it.
//!
//! ```text
//! cargo run -p pipeline-core --example lint_reports -- fixtures/reports/TRK-021/*.md
//! ```
//!
//! The exit code is 0 when all pass, 1 when one fails, 2 when one cannot be read.
#![allow(clippy::print_stdout, reason = "an example tells what it found")]

use std::path::Path;
use std::process::ExitCode;

use pipeline_core::verdict::report::{JudgeOptions, Outcome, ReportVerdict, judge_bytes};

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        println!("name the report files to judge, such as fixtures/reports/TRK-021/*.md");
        return ExitCode::from(2);
    }
    let mut worst = Outcome::Pass;
    for file in files {
        let verdict = lint(Path::new(&file));
        worst = worst.max(verdict.outcome);
        println!("{}", line(&verdict));
    }
    match worst {
        Outcome::Pass => ExitCode::SUCCESS,
        Outcome::Fail => ExitCode::from(1),
        Outcome::Unreadable => ExitCode::from(2),
    }
}

/// Judges one file; the rules see its name and its bytes and open nothing themselves.
pub(crate) fn lint(file: &Path) -> ReportVerdict {
    let name = file.to_string_lossy();
    match std::fs::read(file) {
        Ok(bytes) => judge_bytes(&name, &bytes, &JudgeOptions::default()),
        Err(error) => ReportVerdict {
            file: name.into_owned(),
            gate: None,
            outcome: Outcome::Unreadable,
            value: None,
            reason: format!("the file cannot be opened: {error}"),
            findings: Vec::new(),
        },
    }
}

/// `pass  12-review.md: Review verdict: APPROVED`, findings below.
pub(crate) fn line(verdict: &ReportVerdict) -> String {
    let mut text = format!(
        "{:<10} {}: {}",
        verdict.outcome.as_str(),
        verdict.file,
        verdict.reason
    );
    for finding in &verdict.findings {
        text.push_str("\n           - ");
        text.push_str(finding);
    }
    text
}
