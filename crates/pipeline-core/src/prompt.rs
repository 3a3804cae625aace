//! Prompts of roles are text with places to fill in. A project's own prompt may use them too; what is not known here stays as it is.
//!
//! | place | what comes there |
//! |---|---|
//! | `{{work_item}}` | `ET-012` |
//! | `{{directory}}` | `docs/work-items/ET-012/` |
//! | `{{branch}}`, `{{default_branch}}` | the task's, the project's |
//! | `{{language}}` | `English` |
//! | `{{commands}}` | every command of the project, with its name |
//! | `{{test_command}}` | the one that tests it |

use std::collections::BTreeMap;

use crate::job::AgentJob;
use crate::project::{Locale, Project};

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const LONGEST_NAME: usize = 40;
const NO_COMMAND: &str = "none is set: look in the project's documents";

/// The prompt with its places filled in. A value is never filled in again.
#[must_use]
pub fn fill(prompt: &str, project: &Project, job: &AgentJob) -> String {
    let mut text = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some((before, after)) = rest.split_once(OPEN) {
        text.push_str(before);
        let place = name(after).and_then(|(name, behind)| Some((value(name, project, job)?, behind)));
        if let Some((value, behind)) = place {
            text.push_str(&value);
            rest = behind;
        } else {
            // The second bracket may open a place of its own.
            text.push('{');
            rest = rest.get(before.len() + 1..).unwrap_or_default();
        }
    }
    text.push_str(rest);
    text
}

fn name(after: &str) -> Option<(&str, &str)> {
    let window = after
        .char_indices()
        .nth(LONGEST_NAME)
        .map_or(after, |(end, _)| after.get(..end).unwrap_or(after));
    let end = window.find(CLOSE)?;
    let (name, behind) = after.split_at_checked(end)?;
    Some((name.trim(), behind.get(CLOSE.len()..)?))
}

fn value(name: &str, project: &Project, job: &AgentJob) -> Option<String> {
    match name {
        "work_item" => Some(job.work_item.to_string()),
        "directory" => Some(format!("docs/work-items/{}/", job.work_item)),
        "branch" => Some(job.branch.to_string()),
        "default_branch" => Some(project.default_branch.to_string()),
        "language" => Some(language(project.locale).to_owned()),
        "commands" => Some(commands(project)),
        "test_command" => Some(
            project
                .test_command()
                .map_or_else(|| NO_COMMAND.to_owned(), |command| format!("`{command}`")),
        ),
        _ => None,
    }
}

/// The language of documents, in words.
#[must_use]
pub fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "English",
        Locale::Ru => "Russian",
    }
}

fn commands(project: &Project) -> String {
    let commands: Vec<String> = named_commands(project)
        .into_iter()
        .map(|(name, command)| format!("{name} `{command}`"))
        .collect();
    if commands.is_empty() {
        return NO_COMMAND.to_owned();
    }
    commands.join(", ")
}

/// The project's commands by name; the one that tests it is among them even if only its CI names it.
#[must_use]
pub fn named_commands(project: &Project) -> BTreeMap<&str, &str> {
    let tests = project.test_command().map(|command| ("test", command));
    let named = project
        .commands
        .iter()
        .map(|(name, command)| (name.as_str(), command.as_str()));
    tests.into_iter().chain(named).collect()
}
