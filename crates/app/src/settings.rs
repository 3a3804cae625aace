//! Settings: what an operator may say, as plain valid data. `load` reads and checks it; `wire` builds the program from it.

pub mod agents;
pub mod load;
pub mod environment;
pub mod describe;
pub mod reference;
mod file;
mod projects;
mod unknown;
mod nearest;
mod keys;
mod agent_keys;
mod project_keys;
mod key;
mod form;
mod text_rule;
mod problem;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use pipeline_core::admission::Floors;
use pipeline_core::effect::MergeStyle;
use pipeline_core::id::BranchName;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Locale, MergeTime};
use pipeline_core::retention::RetentionRule;
use pipeline_core::role::Role;

use crate::places::Places;
use agents::{AgentSettings, ProjectAgents};

/// How patient the program is; never changes an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Waits of real life.
    #[default]
    Normal,
    /// Short waits, for demos and tests.
    Fast,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where things are kept.
    pub places: Places,
    /// The public listener: webhooks and /health.
    pub bind: SocketAddr,
    /// The admin listener: everything else.
    pub admin_bind: SocketAddr,
    /// Names by which the admin side may be reached besides the loopback ones.
    pub allowed_hosts: Vec<String>,
    /// Agent and command runs at once.
    pub max_concurrency: usize,
    /// The fallback poll of the loops.
    pub queue_poll_interval: Duration,
    /// How long a lease lasts without renewal.
    pub lease: Duration,
    /// How often everything open is looked at.
    pub sweep: Duration,
    /// Tries of a delivery.
    pub delivery_attempts: u32,
    /// Failures of a provider's own in a row that open its breaker.
    pub breaker_threshold: u32,
    /// The time limit of a run.
    pub agent_timeout: Duration,
    /// Time limits per role.
    pub agent_timeouts: BTreeMap<Role, Duration>,
    /// Between TERM and KILL.
    pub agent_kill_grace: Duration,
    /// A run that does nothing for so long is taken for stalled; none: never.
    pub agent_stall: Option<Duration>,
    /// Cap of a run's output, in bytes.
    pub agent_output_cap: u64,
    /// Free room below which no agent and no command begins.
    pub floors: Floors,
    /// Kept beside the database for a full disk, in bytes.
    pub disk_reserve: u64,
    /// What is kept, and for how long.
    pub retention: RetentionRule,
    /// Who works as the agents.
    pub agents: AgentSettings,
    /// This instance is staging.
    pub staging: bool,
    /// How patient.
    pub profile: Profile,
    /// The projects; at least one.
    pub projects: Vec<ProjectSettings>,
}

/// One project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSettings {
    /// Its name to people.
    pub name: String,
    /// The repository's name.
    pub repo: String,
    /// Upper-case letters and digits, beginning with a letter; unique.
    pub work_item_prefix: String,
    /// The user's repository; cloned, never written.
    pub path: PathBuf,
    /// The branch to merge into; none: the repository's own.
    pub default_branch: Option<BranchName>,
    /// Language of messages.
    pub locale: Locale,
    /// It has a staging stage.
    pub staging: bool,
    /// What CI runs, by `sh -c` in a clean checkout.
    pub test_command: String,
    /// It is run as CI; else as the gate `check_tests_local`.
    pub has_ci: bool,
    /// The agent of the provider `command`, by `sh -c`, in the checkout, with the brief on its standard input.
    pub agent_cmd: Option<String>,
    /// Who works as the agents, where the project has words of its own.
    pub agents: ProjectAgents,
    /// Further environment of the agent's command.
    pub agent_env: BTreeMap<String, String>,
    /// Its pipeline, with its own limits; `max_developer_retries` and `max_bounces` take the place of two of them.
    pub pipeline: Pipeline,
    /// When to merge.
    pub merge: MergeTime,
    /// How to merge.
    pub merge_style: MergeStyle,
    /// Only these may approve; empty: everybody.
    pub approvers: Vec<String>,
    /// Runs at once; 0: no limit of its own.
    pub max_concurrency: usize,
    /// Tasks waiting for a human at which its new tasks do not begin; 0: no limit.
    pub wip_limit: usize,
    /// Bounces per cause.
    pub max_developer_retries: u32,
    /// Bounces in all.
    pub max_bounces: u32,
    /// Patience with CI, in seconds: poll, looks before the alert, appear, timeout.
    pub ci_poll: Duration,
    /// Looks at that pace before one alert.
    pub ci_poll_max_attempts: u32,
    /// No status at all for so long: blocked.
    pub ci_appear_timeout: Duration,
    /// Not decided for so long: blocked.
    pub ci_timeout: Duration,
    /// Further paths whose change needs a human. Prefixes.
    pub protected_paths: Vec<String>,
}
