//! What the demo is asked to do, and why it could not.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use app::settings::agents::ProviderKind;
use pipeline_core::pipeline::Pipeline;
use serde::{Deserialize, Serialize};

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
    /// Who works.
    pub agent: Agent,
    /// Another pipeline instead of the built-in one.
    pub pipeline: Option<Pipeline>,
    /// An agent that does nothing for so long is taken for stalled.
    pub stall: Duration,
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

/// Who works as the agents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agent {
    /// The scripted agent, as a command.
    #[default]
    Scripted,
    /// Somebody's own command.
    Command(String),
    /// A real agent program.
    Program(Program),
}

/// A real agent program, and the model that it talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Which.
    pub provider: ProviderKind,
    /// Its path, or a name in PATH; none: its usual name.
    pub path: Option<String>,
    /// The address of a model's service; none: the scripted agent plays the model, on loopback.
    pub model_url: Option<String>,
    /// The id of the model; none: one that the program knows.
    pub model: Option<String>,
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
    /// The model on loopback.
    #[error("no port on loopback could be had for the model: {0}")]
    Model(std::io::Error),
    /// git failed while the sample project was made.
    #[error(transparent)]
    Git(#[from] git::GitError),
    /// The program that is to work as the agents.
    #[error("nobody can work as the agents: {0}; for another program say --agent-bin PATH")]
    Agent(String),
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
