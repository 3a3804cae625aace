//! Keys that nobody knows: which one was probably meant, or why it is not known.

use super::environment::{Environment, PREFIX};
use super::key::Row;
use super::nearest::nearest;
use super::problem::Problem;
use super::{keys, project_keys};

/// Whose keys stand somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The whole installation.
    Installation,
    /// One project.
    Project,
}

impl Level {
    /// The keys that are known there.
    pub(super) fn table(self) -> Vec<&'static dyn Row> {
        match self {
            Self::Installation => keys::all().collect(),
            Self::Project => project_keys::TABLE.to_vec(),
        }
    }

    fn later(self) -> &'static [&'static str] {
        match self {
            Self::Installation => keys::LATER,
            Self::Project => project_keys::LATER,
        }
    }

    fn knows(self, name: &str) -> bool {
        self.table().iter().any(|row| row.name() == name)
    }
}

/// What to say of a key in a file; `key` is its whole path for people.
pub(super) fn unknown_key(level: Level, name: &str, (place, key): (&str, String)) -> Problem {
    Problem {
        place: place.to_owned(),
        key,
        found: "an unknown key".to_owned(),
        expected: "a key of docs/SETTINGS.md".to_owned(),
        advice: key_advice(level, name),
    }
}

fn key_advice(level: Level, name: &str) -> String {
    if is_later(level, name) {
        return "it is not in this version: take it out".to_owned();
    }
    match level {
        Level::Installation if Level::Project.knows(name) => {
            return "it belongs to a project: put it into an element of `projects`".to_owned();
        }
        Level::Project if Level::Installation.knows(name) => {
            return "it belongs to the whole installation: put it beside `projects`".to_owned();
        }
        Level::Installation | Level::Project => {}
    }
    let table = level.table();
    let known = table.iter().map(|row| row.name());
    nearest(name, known).map_or_else(
        || "take it out".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

/// A sentence for every variable of ours that is no setting.
pub(super) fn unknown_variables(environment: &Environment) -> Vec<String> {
    let mut known: Vec<String> = keys::all().map(|row| row.variable()).collect();
    known.extend(keys::OTHER_VARIABLES.map(str::to_owned));
    let unknown = environment
        .names()
        .filter(|name| !known.iter().any(|known| known == name));
    unknown
        .map(|name| {
            let advice = variable_advice(name, &known);
            format!("the environment variable {name} is no setting and has no effect; {advice}")
        })
        .collect()
}

fn variable_advice(name: &str, known: &[String]) -> String {
    let own_part = |name: &'_ str| name.trim_start_matches(PREFIX).to_lowercase();
    if is_later(Level::Installation, &own_part(name)) {
        return "it is not in this version".to_owned();
    }
    let known: Vec<String> = known.iter().map(|name| own_part(name)).collect();
    nearest(&own_part(name), known.iter().map(String::as_str)).map_or_else(
        || "docs/SETTINGS.md has the names".to_owned(),
        |near| format!("did you mean {PREFIX}{}?", near.to_uppercase()),
    )
}

fn is_later(level: Level, name: &str) -> bool {
    level.later().iter().any(|later| name.starts_with(later))
}
