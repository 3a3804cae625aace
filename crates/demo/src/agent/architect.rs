//! The architect: a decision record, or an objection when the specification contradicts itself.

use super::change;
use super::desk::Desk;
use super::error::AgentError;

const CONFLICT: &str = "conflict.md";

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let change = change::of(desk)?;
    let specification = desk.read_document("02-trz.md")?.unwrap_or_default();
    desk.say("reads the specification and the criteria");
    let contradiction = change.contradiction();
    if specification.contains(contradiction.wrong) {
        desk.say("finds a contradiction");
        desk.write_document(CONFLICT, &format!("{}\n", contradiction.objection))?;
        return Ok("The specification cannot be built as it stands; see conflict.md.".to_owned());
    }
    desk.checkout.remove(&desk.document(CONFLICT))?;
    let design = change.design();
    let text = format!(
        "---\ntype: adr\nwork_item_id: {work_item}\nstatus: accepted\n---\n\n# ADR-0001: {}\n\n## Context\n\n{work_item}: {}. \
         Specification: 02-trz.md.\n\n## Decision\n\n{}\n\n## Alternatives\n\n{}\n\n## Consequences\n\n{}\n",
        design.title,
        desk.request()?.title,
        design.decision,
        design.alternatives,
        design.consequences,
        work_item = desk.assignment.work_item,
    );
    desk.write_document(&format!("06-adr/ADR-0001-{}.md", design.slug), &text)?;
    Ok(format!("Decision recorded: {}.", design.title))
}
