//! What is wrong with settings, in words for the operator. Values of secrets never get here.

use std::fmt;

/// One thing that is wrong: where, what was found, what was expected, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The settings file, or the environment variable.
    pub place: String,
    /// The key, such as `projects[1].path`; empty when the whole place is meant.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What should stand there.
    pub expected: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            key,
            found,
            expected,
            advice,
        } = self;
        let gap = if key.is_empty() { "" } else { ": " };
        write!(
            f,
            "{place}{gap}{key}: found {found}, expected {expected}; {advice}"
        )
    }
}

/// Everything that has to be mended before the program can start, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings cannot be used:{}", lines(problems))]
pub struct SettingsError {
    /// What is wrong, in the order of the settings; at least one.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  - {problem}"))
        .collect()
}
