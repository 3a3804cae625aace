//! `work.json` in a run directory: what a daemon that did not start the run has to know to judge how it ended.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::provider::ProviderKind;
use crate::transcript::Resumed;

const FILE: &str = "work.json";

/// What runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    #[serde(flatten)]
    pub(crate) kind: WorkKind,
    /// It is stopped after this.
    pub(crate) timeout_ms: u64,
    /// It is suspected of a stall after this; 0: never.
    #[serde(default)]
    pub(crate) stall_ms: u64,
    /// The model that the agent was told to use.
    #[serde(default)]
    pub(crate) model: Option<String>,
    /// The session that it went on with.
    #[serde(default)]
    pub(crate) resumed: Option<Resumed>,
}

/// Whose rules say whether it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum WorkKind {
    /// The provider's.
    Agent { provider: ProviderKind },
    /// None: a command that could be started has not failed, whatever its exit code.
    Command,
}

impl Work {
    /// Written once, before the launch; whole or not at all, also after a power cut. The run directory is made (0700)
    /// when it is missing.
    pub(crate) fn save(&self, run_dir: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(run_dir)?;
        if Self::path(run_dir).exists() {
            return Ok(());
        }
        process::write_whole(run_dir, FILE, &serde_json::to_vec(self)?)
    }

    pub(crate) fn path(run_dir: &Path) -> PathBuf {
        run_dir.join(FILE)
    }

    /// `None` when there is no such file or it cannot be understood.
    pub(crate) fn load(run_dir: &Path) -> io::Result<Option<Self>> {
        match fs::read(Self::path(run_dir)) {
            Ok(json) => Ok(serde_json::from_slice(&json).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
