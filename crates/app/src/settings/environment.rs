//! The part of the process's surroundings that settings are read from. Nothing else of the program reads it.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// What every variable of ours begins with.
pub(super) const PREFIX: &str = "ORCH_";

/// Variables that begin with `ORCH_`, and the current directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    directory: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// These variables, seen from this directory. Variables that do not begin with `ORCH_` are left out.
    pub fn new<N, V>(directory: &Path, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let pairs = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            directory: directory.to_path_buf(),
            variables: pairs.filter(|(name, _)| name.starts_with(PREFIX)).collect(),
        }
    }

    /// The environment of this process. Bytes that are not UTF-8 become U+FFFD, which no setting accepts.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the process's environment"
    )]
    pub fn of_process() -> Self {
        let directory = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let pairs = env::vars_os().map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        });
        Self::new(&directory, pairs)
    }

    /// The current directory.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The value of a variable; one that is set to nothing counts as not set.
    pub(super) fn value(&self, variable: &str) -> Option<&str> {
        self.variables
            .get(variable)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty())
    }

    /// The names of the variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}
