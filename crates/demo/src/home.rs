//! The demo's memory: what it was started with, so that a demo that was killed goes on from it.

use std::path::{Path, PathBuf};

use pipeline_core::id::IssueId;
use serde::{Deserialize, Serialize};

use crate::issue::Issue;
use crate::options::{Agent, DemoError};

const FILE: &str = "demo.json";

/// What a demo was started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) scenario: String,
    pub(crate) repository: PathBuf,
    pub(crate) sample: bool,
    pub(crate) issue: Issue,
    pub(crate) test_command: String,
    pub(crate) agent: Agent,
    /// The issue on the board, once written.
    pub(crate) on_board: Option<IssueId>,
}

/// What the home remembers; none: it is new.
pub(crate) fn recall(home: &Path) -> Result<Option<Memory>, DemoError> {
    let file = home.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(home, error.to_string())),
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| unusable(home, format!("{FILE} is damaged ({error}); name another --home")))
}

/// Remembers; whole or not at all.
pub(crate) fn remember(home: &Path, memory: &Memory) -> Result<(), DemoError> {
    let write = || -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(memory)?;
        let draft = home.join(format!("{FILE}.new"));
        std::fs::write(&draft, text)?;
        std::fs::File::open(&draft)?.sync_all()?;
        std::fs::rename(&draft, home.join(FILE))
    };
    write().map_err(|error| unusable(home, error.to_string()))
}

fn unusable(home: &Path, reason: String) -> DemoError {
    DemoError::Home {
        path: home.to_path_buf(),
        reason,
    }
}
