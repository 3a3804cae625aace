//! Runs of agents and project commands: providers, result record, failure class.
//!
//! A run is started and followed through the `process` crate; everything that is known of it stands in its run
//! directory, so that a daemon that was restarted takes it up again. This crate must not know of tasks, gates or git,
//! nor what becomes of a run's result.

mod settings;
mod runner;
mod run_log;
mod run_storage;
mod host;
mod launching;
mod environment;
mod provider;
mod session;
mod work;
mod ending;
mod transcript;
mod result_record;
mod prices;
pub mod record;
pub mod preflight;
pub mod inspect;
pub mod log_reader;
mod output;
mod blocking;

pub use host::ProcessHost;
pub use prices::Prices;
pub use provider::cli::{CliSettings, Effort, ShellRules};
pub use provider::command::AgentCommand;
pub use provider::version::CliVersion;
pub use provider::{Provider, ProviderKind};
pub use run_log::ProcessRunLog;
pub use run_storage::ProcessRunStorage;
pub use runner::ProcessRunner;
pub use settings::{ProjectRuns, RunnerSettings};
