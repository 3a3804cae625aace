//! Who works as the agents of a project: from its settings to accounts, programs, models and effort.

use std::collections::{BTreeMap, BTreeSet};

use agent_process::{AgentCommand, CliSettings, Prices, ProjectRuns, Provider, ProviderKind};
use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::resilience::ProviderChoice;
use pipeline_core::role::Role;

use crate::settings::agents::{AgentRules, AgentSettings};
use crate::settings::{ProjectSettings, Settings};
use crate::wire::StartError;

/// How the runs of a project are started, and whose they are in order of preference.
pub(super) fn build(
    wanted: &ProjectSettings,
    settings: &AgentSettings,
    (project, pipeline): (&ProjectId, &Pipeline),
) -> (ProjectRuns, ProviderChoice) {
    let rules = AgentRules {
        installation: settings,
        project: &wanted.agents,
        has_command: wanted.agent_cmd.is_some(),
    };
    let account = |kind: ProviderKind| match kind {
        ProviderKind::Command => AccountId::of_project(kind.as_str(), project),
        ProviderKind::Claude | ProviderKind::Codex | ProviderKind::Opencode | ProviderKind::Gemini => {
            AccountId::shared(kind.as_str())
        }
    };
    let mut runs = ProjectRuns {
        agents: BTreeMap::new(),
        agents_of_roles: BTreeMap::new(),
        locale: wanted.locale,
        command_env: Vec::new(),
    };
    // Never empty: a role that is not named has the usual provider.
    let usual = rules.providers(&Role::stream());
    let mut choice = choice(usual.iter().map(|kind| account(*kind)), &account);
    for role in roles(pipeline) {
        let kinds = rules.providers(&role);
        for kind in &kinds {
            if let Some(agent) = agent((wanted, rules), &role, *kind) {
                runs.agents_of_roles.insert((role.clone(), account(*kind)), agent);
            }
        }
        let mut accounts = kinds.iter().map(|kind| account(*kind));
        if let Some(first) = accounts.next() {
            choice = choice.with_role(role, first, accounts);
        }
    }
    (runs, choice)
}

fn choice(
    mut accounts: impl Iterator<Item = AccountId>,
    account: &impl Fn(ProviderKind) -> AccountId,
) -> ProviderChoice {
    let first = accounts.next().unwrap_or_else(|| account(ProviderKind::Claude));
    ProviderChoice::new(first, accounts)
}

fn roles(pipeline: &Pipeline) -> BTreeSet<Role> {
    pipeline
        .stages
        .iter()
        .filter_map(|stage| stage.role.clone())
        .collect()
}

/// None: the project's command is wanted and there is none, which the settings refuse.
fn agent(
    (wanted, rules): (&ProjectSettings, AgentRules<'_>),
    role: &Role,
    kind: ProviderKind,
) -> Option<Provider> {
    let cli = || cli(rules, role, kind);
    Some(match kind {
        ProviderKind::Command => {
            let command = wanted.agent_cmd.as_deref()?;
            Provider::Command(AgentCommand::shell(command).with_env(wanted.agent_env.clone()))
        }
        ProviderKind::Claude => Provider::Claude(cli()),
        ProviderKind::Codex => Provider::Codex(cli()),
        ProviderKind::Opencode => Provider::Opencode(cli()),
        ProviderKind::Gemini => Provider::Gemini(cli()),
    })
}

fn cli(rules: AgentRules<'_>, role: &Role, kind: ProviderKind) -> CliSettings {
    let settings = rules.installation;
    let program = settings.programs.get(&kind);
    let mut cli = CliSettings::new(program.map_or(kind.as_str(), |program| &program.program));
    cli.model = rules.model(role, kind).map(str::to_owned);
    cli.effort = rules.effort(role);
    cli.fallback_model = settings.fallback_model.clone();
    cli.max_turns = Some(settings.max_turns).filter(|turns| *turns > 0);
    cli.max_cost_usd = Some(f64::from(settings.max_cost_usd)).filter(|cost| *cost > 0.0);
    if let Some(program) = program {
        cli.base_url = program.base_url.clone();
        cli.config_home = program.home.clone();
        cli.env = program.env.clone();
        // What is not there says nothing about how the program logs in.
        let there = process::inherit(program.login_variables.iter().map(String::as_str));
        let is_there = |name: &String| {
            program.env.contains_key(name) || there.iter().any(|(known, _)| known.to_str() == Some(name))
        };
        cli.key_variables = program
            .login_variables
            .iter()
            .filter(|name| is_there(name))
            .cloned()
            .collect();
    }
    cli
}

/// The price list: ours, and the operator's on top.
pub(super) fn prices(settings: &Settings) -> Result<Prices, StartError> {
    let Some(path) = &settings.agents.prices else {
        return Ok(Prices::built_in());
    };
    let unusable = |reason: String| StartError::Prices {
        path: path.clone(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    Prices::built_in().with(&text).map_err(unusable)
}
