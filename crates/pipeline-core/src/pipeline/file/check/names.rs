//! Names of stages and roles, columns, and the ends of the order.

use std::collections::BTreeMap;

use super::Subject;
use crate::pipeline::file::form::Said;
use crate::pipeline::file::nearest::advice;
use crate::pipeline::file::reader::short;
use crate::role::Role;
use crate::stage::{Column, Stage};

const BUILT_IN_ROLES: [&str; 6] = [
    Role::ANALYST,
    Role::ARCHITECT,
    Role::DEVELOPER,
    Role::REVIEWER,
    Role::TESTER,
    Role::DEPLOYER,
];

/// Voices of the orchestrator; nobody works under these names.
const OURS: [&str; 2] = [Role::STREAM, Role::ACCOUNT];

pub(super) fn check(subject: &mut Subject<'_>) {
    added_roles(subject);
    ends(subject);
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, stage, said) in subject.stages() {
        let name = stage.name.as_str();
        if let Some(first) = taken.insert(name, &said.path) {
            let message = format!("the pass path comes back to stage '{name}', which {first} is already");
            subject.refuse(
                (said, "name"),
                message,
                "give one of them another name".to_owned(),
            );
        } else if !is_name(name) {
            let message = format!("'{}' is no name of a stage", short(name));
            subject.refuse((said, "name"), message, NAME.to_owned());
        }
        role(subject, stage, said);
        columns(subject, stage, said);
    }
}

const NAME: &str = "write up to 40 lower-case letters, digits and '-', beginning with a letter";

fn is_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    text.len() <= 40 && text.starts_with(|letter: char| letter.is_ascii_lowercase()) && text.chars().all(fits)
}

fn added_roles(subject: &mut Subject<'_>) {
    let works = |name: &str| {
        let mut roles = subject
            .pipeline()
            .stages
            .iter()
            .filter_map(|stage| stage.role.as_ref());
        roles.any(|role| role.as_str() == name)
    };
    let mut problems = Vec::new();
    for (at, name) in subject.draft.roles.iter().enumerate() {
        let added = subject.draft.roles.iter().take(at);
        if added.into_iter().any(|earlier| earlier == name) {
            problems.push((
                at,
                format!("role '{name}' stands here twice"),
                "take one of them out",
            ));
        } else if OURS.contains(&name.as_str()) {
            let message = format!("'{name}' is the voice of the program itself, no role of an agent");
            problems.push((at, message, "give the role another name"));
        } else if !is_name(name) {
            problems.push((at, format!("'{}' is no name of a role", short(name)), NAME));
        } else if !works(name) {
            let message = format!("role '{name}' works in no stage");
            problems.push((at, message, "give it a stage, or take it out of the list"));
        }
    }
    for (at, message, fix) in problems {
        subject.reader.refuse(&format!("roles[{at}]"), message, fix);
    }
}

fn role(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    let Some(role) = &stage.role else { return };
    let added = subject.draft.roles.iter().map(String::as_str);
    let known: Vec<&str> = BUILT_IN_ROLES
        .into_iter()
        .chain(added)
        .filter(|name| !OURS.contains(name))
        .collect();
    if !known.contains(&role.as_str()) {
        let fix = format!("{}; or add it to `roles`", advice(role.as_str(), known));
        let message = format!("there is no role '{}'", short(role.as_str()));
        subject.refuse((said, "role"), message, fix);
    }
}

/// Nobody works in the first and the last stage, and in every other one somebody does.
fn ends(subject: &mut Subject<'_>) {
    let count = subject.pipeline().stages.len();
    let last = count.saturating_sub(1);
    let always = |stage: &Stage| stage.role.is_some() && !stage.staging_only;
    if !subject.pipeline().stages.iter().any(always) {
        let message = "nobody works here: no stage has a role in every project";
        let fix = "write `created`, at least one stage with a role, and `done`";
        subject.reader.refuse("stages", message, fix);
        return;
    }
    for (at, stage, said) in subject.stages() {
        let name = &stage.name;
        let end = at == 0 || at == last;
        if end && stage.role.is_some() {
            let (which, say) = if at == 0 {
                ("first", "before")
            } else {
                ("last", "after")
            };
            let message = format!("somebody works in '{name}', the {which} stage");
            let fix = format!(
                "put a stage without a role {say} it, such as `- name: {}`",
                if at == 0 { "created" } else { "done" }
            );
            subject.refuse((said, "role"), message, fix);
        } else if !end && stage.role.is_none() {
            let after = subject
                .pipeline()
                .stages
                .get(at + 1)
                .map(|next| next.name.to_string());
            let message = format!(
                "nobody works in '{name}', so a task ends there and '{}' is unreachable",
                after.unwrap_or_default()
            );
            subject.refuse(
                (said, "name"),
                message,
                "give it a `role`, or make it the last stage".to_owned(),
            );
        }
        if stage.role.is_none() && !stage.gates.is_empty() {
            let message = format!("nobody works in '{name}', so its gates are never asked");
            subject.refuse(
                (said, "gates"),
                message,
                "give it a `role`, or take the gates out".to_owned(),
            );
        }
    }
}

/// A stage shows itself in a column that means work; the others are orders and states of their own.
fn columns(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    let good = match stage.column {
        Column::Backlog
        | Column::Todo
        | Column::InProgress
        | Column::Architecture
        | Column::Development
        | Column::Review
        | Column::Testing => true,
        Column::Done => stage.role.is_none(),
        Column::InReview
        | Column::NeedsInput
        | Column::Approved
        | Column::Rejected
        | Column::Blocked
        | Column::Cancelled => false,
    };
    if !good {
        let message = format!("column '{}' is an order or a state, not work", stage.column);
        let fix = "write In Progress, Architecture, Development, Review or Testing; Done for the last stage";
        subject.refuse((said, "column"), message, fix.to_owned());
    }
}
