//! What the demo is asked to do, and why it could not.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::scenario::Scenario;

/// What the demo is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// This program, for runners and the scripted agent.
    pub exe: PathBuf,
    /// Where the state is kept; it stays after the end.
    pub home: PathBuf,
    /// The scripted agent's story.
    pub scenario: Scenario,
    /// Somebody's repository instead of the sample project; cloned, never written.
    pub repo: Option<PathBuf>,
    /// The issue as a Markdown file.
    pub issue: Option<PathBuf>,
    /// The command that CI runs, when it is not the default.
    pub test_command: Option<String>,
    /// Another agent instead of the scripted one.
    pub agent_cmd: Option<String>,
    /// Nobody approves and answers but the person at the board.
    pub manual: bool,
    /// The board stays after the end.
    pub serve: bool,
    /// The admin listener.
    pub admin: SocketAddr,
    /// Nothing but one JSON object on standard output.
    pub json: bool,
    /// Dies at a named boundary (kill tests).
    pub kill_at: Option<String>,
}

/// Why the demo could not be run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The issue file.
    #[error("the issue {path} cannot be used: {reason}")]
    Issue {
        /// Which file.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// `--repo` without `--issue` or the other way round.
    #[error("{0}")]
    Usage(String),
    /// The home directory.
    #[error("the demo's home {path} cannot be used: {reason}")]
    Home {
        /// Which directory.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The program did not start.
    #[error(transparent)]
    Start(#[from] app::wire::StartError),
    /// git failed while the sample project was made.
    #[error(transparent)]
    Git(#[from] git::GitError),
    /// The store.
    #[error(transparent)]
    Store(#[from] pipeline_core::port::store::StoreError),
    /// The board or the forge.
    #[error(transparent)]
    Port(#[from] pipeline_core::port::PortError),
    /// The program ended before the task did.
    #[error("the program ended before the task did: {0}")]
    Ended(String),
}
