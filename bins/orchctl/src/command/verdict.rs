//! `orchctl verdict`: judges reports as the gates do. It must not need a daemon, a data directory or settings.

mod reading;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pipeline_core::verdict::report::{JudgeOptions, Outcome, ReportGate, ReportVerdict, judge_bytes};

use crate::command::verdict::reading::{Read, Report};
use crate::exit;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::text;

/// The longest reason and finding in the table, in characters.
const SHOWN: usize = 200;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Verdict {
    /// Reports, or directories of them (their *.md files)
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// The gate that judges all of them; otherwise told from each name, else from its keys
    #[arg(long, value_name = "NAME", value_parser = gate)]
    gate: Option<ReportGate>,

    /// The work item that each report must belong to, if it names one
    #[arg(long, value_name = "WI")]
    work_item: Option<String>,

    /// How to print: a table, or one JSON object per line; otherwise a table on a terminal and JSON anywhere else
    #[arg(long, value_name = "FORMAT")]
    format: Option<Layout>,
}

/// How verdicts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layout {
    Table,
    Json,
}

impl Verdict {
    /// Prints the verdict on every report, in the order of the arguments.
    pub(crate) fn run(&self, format: Format) -> Result<u8, Failure> {
        let options = JudgeOptions {
            gate: self.gate,
            work_item: self.work_item.as_deref(),
        };
        let verdicts: Vec<ReportVerdict> = reading::reports(&self.paths)
            .iter()
            .map(|report| judged(report, &options))
            .collect();
        match self.layout(format) {
            Layout::Table => output::print(&table(&verdicts))?,
            Layout::Json => output::print(&lines(&verdicts)?)?,
        }
        Ok(code(&verdicts))
    }

    fn layout(&self, format: Format) -> Layout {
        match (self.format, format) {
            (Some(layout), _) => layout,
            (None, Format::Text) if output::is_terminal() => Layout::Table,
            (None, Format::Text | Format::Json) => Layout::Json,
        }
    }
}

fn gate(name: &str) -> Result<ReportGate, String> {
    let names = ReportGate::ALL.map(|gate| gate.name().as_str());
    ReportGate::ALL
        .into_iter()
        .find(|gate| gate.name().as_str() == name)
        .ok_or_else(|| format!("no gate of this name reads a report; known: {}", names.join(", ")))
}

fn judged(report: &Report, options: &JudgeOptions<'_>) -> ReportVerdict {
    let file = report.path.to_string_lossy();
    match report.read() {
        Read::Bytes(bytes) => judge_bytes(&file, &bytes, options),
        Read::Failed(why) => ReportVerdict {
            file: file.into_owned(),
            gate: options.gate.or_else(|| named(&report.path)),
            outcome: Outcome::Unreadable,
            value: None,
            reason: why,
            findings: Vec::new(),
        },
    }
}

/// The gate of a file that cannot be read is known from its name all the same.
fn named(path: &Path) -> Option<ReportGate> {
    ReportGate::of_name(&path.file_name()?.to_string_lossy())
}

fn code(verdicts: &[ReportVerdict]) -> u8 {
    match verdicts.iter().map(|verdict| verdict.outcome).max() {
        None | Some(Outcome::Pass) => exit::PASS,
        Some(Outcome::Fail) => exit::FAIL,
        Some(Outcome::Unreadable) => exit::UNREADABLE,
    }
}

fn lines(verdicts: &[ReportVerdict]) -> Result<String, Failure> {
    let lines: Result<Vec<String>, serde_json::Error> = verdicts.iter().map(serde_json::to_string).collect();
    Ok(lines.map_err(|error| Failure::Output(error.into()))?.join("\n"))
}

/// Each report in one line, its findings indented below.
fn table(verdicts: &[ReportVerdict]) -> String {
    let mut lines = Vec::new();
    for verdict in verdicts {
        let gate = verdict.gate.map_or("-", |gate| gate.name().as_str());
        lines.push(format!(
            "{:<10}  {gate:<22}  {}: {}",
            verdict.outcome.as_str(),
            text::line(&verdict.file),
            text::short_line(&verdict.reason, SHOWN)
        ));
        // Where an unreadable report is wrong stands in most reasons already.
        let findings = verdict
            .findings
            .iter()
            .filter(|finding| verdict.outcome != Outcome::Unreadable || !verdict.reason.contains(*finding));
        lines.extend(findings.map(|finding| format!("            {}", text::short_line(finding, SHOWN))));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gates_that_read_a_report_are_known() {
        assert_eq!(gate("check_tests_passed"), Ok(ReportGate::Tests));
        assert_eq!(
            gate("check_ci_green").unwrap_err(),
            "no gate of this name reads a report; known: check_reviewer_verdict, check_tests_passed, check_deploy_status, check_staging_status"
        );
    }
}
