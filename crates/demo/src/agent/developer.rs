//! The developer: makes the change, or mends what others found in it.

use super::change::{self, Change, Flaw};
use super::desk::Desk;
use super::error::AgentError;
use crate::scenario::Scenario;

const NOTES: &str = "10-tech-risks.md";

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let change = change::of(desk)?;
    if change.is_there()? {
        mend(desk, change.as_ref())
    } else {
        begin(desk, change.as_ref())
    }
}

fn begin(desk: &Desk<'_>, change: &dyn Change) -> Result<String, AgentError> {
    let scenario = desk.assignment.scenario;
    if scenario == Scenario::AgentCrash && desk.assignment.run.fence <= 1 {
        desk.say("begins to work");
        return Err(AgentError::Crash);
    }
    change.make(flaw(scenario))?;
    for file in change.files() {
        desk.say(&format!("writes {file}"));
    }
    Ok(format!("The change: {}.", change.summary()))
}

fn flaw(scenario: Scenario) -> Option<Flaw> {
    match scenario {
        Scenario::Bounce => Some(Flaw::Shortcoming),
        Scenario::CiRed => Some(Flaw::RedTest),
        Scenario::Happy
        | Scenario::Questions
        | Scenario::BrokenReport
        | Scenario::AgentCrash
        | Scenario::Conflict
        | Scenario::Exhausted
        | Scenario::DeployFailed => None,
    }
}

fn mend(desk: &Desk<'_>, change: &dyn Change) -> Result<String, AgentError> {
    if let Some(findings) = desk.brief.findings() {
        desk.say(&format!(
            "reads what was found: {}",
            findings.lines().next().unwrap_or_default()
        ));
    }
    if desk.assignment.scenario == Scenario::Exhausted {
        let remark = change.remark()?;
        change.answer_remark()?;
        desk.say(&format!("answers {}", remark.place));
        return Ok(format!("Answered: {}.", remark.text));
    }
    change.make(None)?;
    if desk.checkout.files_changed() > 0 {
        desk.say("mends what was found");
        return Ok("What was found is mended, code and test.".to_owned());
    }
    record_nothing_to_mend(desk)
}

/// A run that changes nothing would leave the next reader without an explanation.
fn record_nothing_to_mend(desk: &Desk<'_>) -> Result<String, AgentError> {
    desk.say("finds nothing to mend in the code");
    let old = desk
        .read_document(NOTES)?
        .unwrap_or_else(|| "# Risks and notes\n".to_owned());
    let note = format!(
        "{old}\n- Run {}: code, tests and documents were looked through again; nothing had to change.\n",
        desk.assignment.run
    );
    desk.write_document(NOTES, &note)?;
    Ok(format!("Nothing had to change in the code; noted in {NOTES}."))
}
