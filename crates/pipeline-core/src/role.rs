//! Roles: who works in a stage. A pipeline definition may add roles to the built-in six.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a role, in lower case; it is also the file name of its prompt (`agents/<role>.md`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role(String);

impl Role {
    /// Writes the specification.
    pub const ANALYST: &str = "analyst";
    /// Decides how it is built.
    pub const ARCHITECT: &str = "architect";
    /// Writes code and tests.
    pub const DEVELOPER: &str = "developer";
    /// Judges the change.
    pub const REVIEWER: &str = "reviewer";
    /// Runs and judges the tests.
    pub const TESTER: &str = "tester";
    /// Brings it to staging and production.
    pub const DEPLOYER: &str = "deployer";
    /// The orchestrator's own voice; no agent runs in it.
    pub const STREAM: &str = "stream";

    /// The orchestrator's account itself, for what is said before there is a task. Nobody has a token of that name, so a tracker with a token per
    /// voice uses the shared one.
    pub const ACCOUNT: &str = "orchd";

    /// A role by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The orchestrator's own voice.
    #[must_use]
    pub fn stream() -> Self {
        Self::new(Self::STREAM)
    }

    /// The orchestrator's account itself.
    #[must_use]
    pub fn account() -> Self {
        Self::new(Self::ACCOUNT)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with a capital, for sentences.
    #[must_use]
    pub fn title(&self) -> String {
        capitalised(&self.0)
    }
}

impl From<&str> for Role {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A word with a capital.
pub(crate) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
