//! Every report of `fixtures/reports`: what its gate says, one line each. And every value of docs/REPORTS.md.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use std::fs;
use std::path::{Path, PathBuf};

use pipeline_core::verdict::report::{JudgeOptions, ReportVerdict, judge_bytes};

/// Findings are cut to so many characters.
const SHOWN: usize = 48;

#[test]
fn reports_of_a_track_in_russian() {
    insta::assert_snapshot!(verdicts("TRK-021"));
}

#[test]
fn reports_of_a_shop_in_english() {
    insta::assert_snapshot!(verdicts("SHOP-007"));
}

#[test]
fn reports_that_are_broken() {
    insta::assert_snapshot!(verdicts("broken"));
}

#[test]
fn reports_of_free_form() {
    insta::assert_snapshot!(verdicts("freeform"));
}

#[test]
fn every_fixture_is_in_one_of_these_folders() {
    let mut folders: Vec<String> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, ["SHOP-007", "TRK-021", "broken", "freeform"]);
}

#[test]
fn every_value_in_the_documentation_is_judged_as_it_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/REPORTS.md");
    let page = fs::read_to_string(page).unwrap();
    let rows: Vec<(&str, &str)> = page.lines().filter_map(documented).collect();
    assert!(rows.len() >= 40, "only {} values are in the tables", rows.len());
    for (value, expected) in rows {
        let text = format!("---\nresult: \"{value}\"\n---\n");
        let verdict = judge_bytes("13-test-report.md", text.as_bytes(), &JudgeOptions::default());
        assert_eq!(verdict.outcome.as_str(), expected, "{value}: {}", verdict.reason);
    }
}

/// The value and the verdict of a row of the tables.
fn documented(line: &str) -> Option<(&str, &str)> {
    let (value, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
    let expected = rest.split(" |").next()?;
    ["pass", "fail", "unreadable"]
        .contains(&expected)
        .then_some((value, expected))
}

fn verdicts(folder: &str) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let lines: Vec<String> = files.iter().map(|file| line(&judge_file(file))).collect();
    lines.join("\n")
}

fn judge_file(file: &Path) -> ReportVerdict {
    let name = file.file_name().unwrap().to_str().unwrap();
    judge_bytes(name, &fs::read(file).unwrap(), &JudgeOptions::default())
}

fn line(verdict: &ReportVerdict) -> String {
    let value = verdict.value.as_deref().unwrap_or("-");
    let findings: Vec<String> = verdict
        .findings
        .iter()
        .map(|finding| finding.chars().take(SHOWN).collect())
        .collect();
    format!(
        "{}: {} ({value}): {} {findings:?}",
        verdict.file,
        verdict.outcome.as_str(),
        verdict.reason
    )
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reports")
}
