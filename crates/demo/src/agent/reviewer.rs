//! The reviewer: reads the files of the change and says what is wrong with them.

use pipeline_core::verdict::findings::Severity;

use super::change::{self, Finding};
use super::desk::Desk;
use super::error::AgentError;
use crate::scenario::Scenario;

const REVIEW: &str = "12-review.md";
const END_OF_FRONT_MATTER: &str = "---\n\n#";

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let change = change::of(desk)?;
    for file in change.files() {
        desk.say(&format!("reads {file}"));
    }
    let mut findings = change.findings()?;
    if desk.assignment.scenario == Scenario::Exhausted && findings.is_empty() {
        findings.push(change.remark()?);
    }
    let verdict = verdict(&findings);
    let review = review(desk, verdict, &findings, &change.files());
    if is_to_be_broken(desk) {
        desk.write_document(REVIEW, &review.replacen(END_OF_FRONT_MATTER, "#", 1))?;
    } else {
        desk.write_document(REVIEW, &review)?;
    }
    desk.say(&format!("verdict: {verdict}"));
    Ok(format!("{verdict}, {} findings.", findings.len()))
}

/// A repair run finds the broken review in its checkout, a first run finds none.
fn is_to_be_broken(desk: &Desk<'_>) -> bool {
    desk.assignment.scenario == Scenario::BrokenReport && !desk.checkout.exists(&desk.document(REVIEW))
}

fn verdict(findings: &[Finding]) -> &'static str {
    if findings.iter().any(|finding| finding.severity <= Severity::P1) {
        "REQUEST_CHANGES"
    } else {
        "APPROVED"
    }
}

fn review(desk: &Desk<'_>, verdict: &str, findings: &[Finding], files: &[String]) -> String {
    let work_item = &desk.assignment.work_item;
    let looked_at: String = files.iter().map(|file| format!("- `{file}`\n")).collect();
    let sections: String = [
        (Severity::P0, "P0 — Blocker"),
        (Severity::P1, "P1 — Must fix"),
        (Severity::P2, "P2 — Should fix"),
        (Severity::P3, "P3 — Nice to have"),
    ]
    .into_iter()
    .map(|(severity, heading)| format!("\n### {heading}\n\n{}", items(findings, severity)))
    .collect();
    format!(
        "---\ntype: review\nwork_item: {work_item}\nverdict: {verdict}\n{END_OF_FRONT_MATTER} Review {work_item}\n\n\
         ## Looked at\n\n{looked_at}\n## Findings\n{sections}"
    )
}

fn items(findings: &[Finding], severity: Severity) -> String {
    let items: String = findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .map(|finding| format!("- `{}` — {}: {}.\n", finding.place, finding.rule, finding.text))
        .collect();
    if items.is_empty() {
        "- None.\n".to_owned()
    } else {
        items
    }
}
