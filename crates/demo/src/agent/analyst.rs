//! The analyst: from the business request to requirements, specification, criteria and test plan; or questions.

use std::fmt::Write;

use super::change::{self, Contradiction};
use super::desk::Desk;
use super::error::AgentError;
use super::request::Request;
use crate::scenario::Scenario;

const QUESTIONS: &str = "questions.md";
const SPECIFICATION: &str = "02-trz.md";

/// What the documents are written from.
struct Material {
    request: Request,
    answers: Option<String>,
    rejection: Option<String>,
    objection: Option<String>,
    /// What the change does, in a sentence.
    change: String,
    /// The sentence of the specification about which roles may disagree.
    rule: &'static str,
    test_command: String,
}

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let request = desk.request()?;
    desk.say(&format!("reads the business request: {}", request.title));
    if has_to_ask(desk) {
        desk.write_document(QUESTIONS, &questions(&request))?;
        return Ok("Two questions are open; see questions.md.".to_owned());
    }
    let material = gather(desk, request)?;
    desk.checkout.remove(&desk.document(QUESTIONS))?;
    let work_item = desk.assignment.work_item.as_str();
    desk.write_document("01-brd.md", &requirements(work_item, &material))?;
    desk.write_document(SPECIFICATION, &specification(work_item, &material))?;
    desk.write_document("03-acceptance-criteria.md", &criteria(work_item, &material))?;
    desk.write_document("04-test-plan.yaml", &test_plan(work_item, &material))?;
    Ok(format!(
        "Requirements, specification, {} acceptance criteria and the test plan are written.",
        material.request.points().len()
    ))
}

/// Asks in the very first job of the task only: a later one exists because somebody answered or decided.
fn has_to_ask(desk: &Desk<'_>) -> bool {
    let assignment = desk.assignment;
    assignment.scenario == Scenario::Questions
        && assignment.run.job.number <= 1
        && desk.brief.answers().is_none()
}

fn questions(request: &Request) -> String {
    format!(
        "Before I write the specification of \"{}\", please answer two questions:\n\n1. What should happen when there \
         is no result: an error, or a sentence that says so?\n2. Must anything that works today stay exactly as it \
         is?\n",
        request.title
    )
}

fn gather(desk: &Desk<'_>, request: Request) -> Result<Material, AgentError> {
    let brief = desk.brief;
    let change = change::of(desk)?;
    let Contradiction { wrong, right, .. } = change.contradiction();
    let first_round = !desk.checkout.exists(&desk.document(SPECIFICATION));
    let mistaken =
        desk.assignment.scenario == Scenario::Conflict && first_round && brief.objection().is_none();
    for (text, line) in [
        (brief.answers(), "works in the stakeholder's answers"),
        (brief.rejection(), "works in the reason for the rejection"),
        (brief.objection(), "works in the architect's objection"),
    ] {
        if text.is_some() {
            desk.say(line);
        }
    }
    Ok(Material {
        request,
        answers: brief.answers(),
        rejection: brief.rejection(),
        objection: brief.objection(),
        change: change.summary(),
        rule: if mistaken { wrong } else { right },
        test_command: change.test_command(),
    })
}

fn requirements(work_item: &str, material: &Material) -> String {
    let mut text = format!(
        "{}# Business requirements {work_item}: {title}\n\n## The request\n\n{request}\n\n## Goal\n\n{title}.\n\n\
         ## Scope of this change\n\n{change}.\n",
        front_matter("brd", work_item),
        title = material.request.title,
        request = quoted(&material.request.description),
        change = capitalised(&material.change),
    );
    for (heading, said) in [
        ("What the stakeholder answered", &material.answers),
        ("Why the last version was rejected", &material.rejection),
    ] {
        if let Some(said) = said {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n## {heading}\n\n{}\n", quoted(said));
        }
    }
    text
}

fn specification(work_item: &str, material: &Material) -> String {
    let mut text = format!(
        "{}# Specification {work_item}\n\n## What is built\n\n{}.\n\n## Rules\n\n- {}\n",
        front_matter("trz", work_item),
        capitalised(&material.change),
        material.rule
    );
    for point in material.request.points() {
        let _ = writeln!(text, "- {point}");
    }
    if let Some(objection) = &material.objection {
        let _ = write!(
            text,
            "\n## Objection that was settled\n\n{}\n\nDecision: the proposal is accepted; see the first rule.\n",
            quoted(objection)
        );
    }
    text + "\n## What stays\n\nEverything that is not named here works as before.\n"
}

fn criteria(work_item: &str, material: &Material) -> String {
    let mut text = format!(
        "{}# Acceptance criteria {work_item}\n\n",
        front_matter("acceptance-criteria", work_item)
    );
    for (number, point) in criterion_texts(material).iter().enumerate() {
        let _ = writeln!(text, "- **AC-{}** {point}", number + 1);
    }
    text
}

fn test_plan(work_item: &str, material: &Material) -> String {
    let mut text = format!(
        "work_item_id: {work_item}\ncommand: {}\ncases:\n",
        yaml_text(&material.test_command)
    );
    for (number, point) in criterion_texts(material).iter().enumerate() {
        let _ = write!(
            text,
            "  - id: TC-{number:02}\n    criterion: AC-{number}\n    expects: {}\n",
            yaml_text(point),
            number = number + 1
        );
    }
    text
}

fn criterion_texts(material: &Material) -> Vec<String> {
    let mut texts = material.request.points();
    if let Some(reason) = &material.rejection {
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        texts.push(format!(
            "What the last version was rejected for is mended: {reason}"
        ));
    }
    texts
}

fn front_matter(kind: &str, work_item: &str) -> String {
    format!("---\ntype: {kind}\nwork_item_id: {work_item}\n---\n\n")
}

/// A JSON string is a YAML scalar whatever the text holds.
fn yaml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Other people's words stay recognisable, and their headings are not ours.
fn quoted(text: &str) -> String {
    text.lines()
        .map(|line| format!("> {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
