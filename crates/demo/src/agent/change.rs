//! The change that a work item asks for, as developer, reviewer, tester and deployer see it. Two kinds: the feature of
//! the sample project, and a page with a check for every other request. What is there is always read from the files.

mod feature;
mod note;
mod remarks;

use pipeline_core::verdict::findings::Severity;

use super::desk::Desk;
use super::error::AgentError;

/// What is wrong with a first implementation, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A criterion is not met; a reader of the code can see it.
    Shortcoming,
    /// A test fails.
    RedTest,
}

/// Something that a reviewer objects to.
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// File and line.
    pub(super) place: String,
    /// The rule that is broken.
    pub(super) rule: String,
    pub(super) text: String,
}

/// How it is built: the content of a decision record.
pub(super) struct Design {
    /// For the file name.
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) decision: &'static str,
    pub(super) alternatives: &'static str,
    pub(super) consequences: &'static str,
}

/// A sentence of the specification that cannot stand, for the scenario `conflict`.
pub(super) struct Contradiction {
    pub(super) wrong: &'static str,
    pub(super) right: &'static str,
    pub(super) objection: &'static str,
}

pub(super) trait Change {
    /// What it does, in a sentence.
    fn summary(&self) -> String;

    fn design(&self) -> Design;

    fn contradiction(&self) -> Contradiction;

    /// Files that belong to it.
    fn files(&self) -> Vec<String>;

    /// Somebody began with it in this checkout.
    fn is_there(&self) -> Result<bool, AgentError>;

    /// Makes it, whole unless a flaw is wanted; mends whatever is wrong with what is there.
    fn make(&self, flaw: Option<Flaw>) -> Result<(), AgentError>;

    /// What a careful reader of the files finds.
    fn findings(&self) -> Result<Vec<Finding>, AgentError>;

    /// The next thing that a reviewer who is never content would ask for; a different one after each answer.
    fn remark(&self) -> Result<Finding, AgentError>;

    /// Does what [`remark`](Self::remark) asks for.
    fn answer_remark(&self) -> Result<(), AgentError>;

    /// The shell command that tests it.
    fn test_command(&self) -> String;

    /// The shell command that tries it out where it is deployed.
    fn smoke_command(&self) -> String;
}

/// The change of this work item.
pub(super) fn of<'a>(desk: &'a Desk<'_>) -> Result<Box<dyn Change + 'a>, AgentError> {
    let request = desk.request()?;
    let work_item = desk.assignment.work_item.as_str();
    if let Some(feature) = feature::Feature::wanted(&desk.checkout, &request, work_item)? {
        return Ok(Box::new(feature));
    }
    Ok(Box::new(note::Note::new(&desk.checkout, request, work_item)))
}

/// The line of `needle`, counted from 1; 1 when it is not there.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines()
        .position(|line| line.contains(needle))
        .map_or(1, |at| at + 1)
}
