//! What the runner is told by whoever wires it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::project::Locale;
use pipeline_core::role::Role;

use crate::prices::Prices;
use crate::provider::Provider;

/// Where runs live and how they are started.
#[derive(Debug, Clone)]
pub struct RunnerSettings {
    /// The folder with a directory per run (`<runs_dir>/7-3-1`); made when it is missing.
    pub runs_dir: PathBuf,
    /// Our own binary, as an absolute path.
    pub runner_exe: PathBuf,
    /// What switches it to runner mode; the run directory is added as the last argument.
    pub runner_args: Vec<String>,
    /// The projects whose runs can be started. Runs of a project that is gone are still followed to their end.
    pub projects: BTreeMap<ProjectId, ProjectRuns>,
    /// Between TERM and KILL.
    pub kill_grace: Duration,
    /// Bytes kept of each of a run's two outputs.
    pub output_cap: u64,
    /// A run that does nothing for so long is taken for stalled, and is stopped after twice that time; `None`: never.
    pub stall: Option<Duration>,
    /// For providers that name no cost.
    pub prices: Prices,
}

/// How one project's runs are started.
#[derive(Debug, Clone)]
pub struct ProjectRuns {
    /// Who may work as its agents, by the account that a run names.
    pub agents: BTreeMap<AccountId, Provider>,
    /// The same for single roles, where their model, effort or limits are others.
    pub agents_of_roles: BTreeMap<(Role, AccountId), Provider>,
    /// The language that agents are asked to write in (`ORCHD_LANG`).
    pub locale: Locale,
    /// Variables of the daemon's environment that the project's *commands* get besides the common ones, by name.
    /// Agents never get them: a deploy command may need a token, an agent may not have one.
    pub command_env: Vec<String>,
}

impl ProjectRuns {
    /// Who works as this role on this account, when the account is the project's.
    #[must_use]
    pub fn agent(&self, role: &Role, account: &AccountId) -> Option<&Provider> {
        let own = self.agents_of_roles.get(&(role.clone(), account.clone()));
        own.or_else(|| self.agents.get(account))
    }

    /// Whoever works on this account: its program and login are the same for every role.
    #[must_use]
    pub fn any_agent(&self, account: &AccountId) -> Option<&Provider> {
        let of_role = || {
            let mut roles = self.agents_of_roles.iter();
            roles
                .find(|((_, named), _)| named == account)
                .map(|(_, agent)| agent)
        };
        self.agents.get(account).or_else(of_role)
    }
}
