//! Who works as the agents, as the operator says it: programs, models, effort, for the installation and for each project.

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use agent_process::{Effort, ProviderKind};
use pipeline_core::role::Role;

/// What holds for every project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentSettings {
    /// Who works where nothing else is said; none: the project's command where it has one, else Claude Code.
    pub provider: Option<ProviderKind>,
    /// Who takes over, in order, when a role's own provider is not available.
    pub fallback_providers: Vec<ProviderKind>,
    /// The programs of the providers; one without an entry is started by its usual name.
    pub programs: BTreeMap<ProviderKind, ProgramSettings>,
    /// Models.
    pub models: ForRoles<Vec<ModelName>>,
    /// The model that takes over when the first is overloaded (Claude Code only).
    pub fallback_model: Option<String>,
    /// How hard models think; none: a word that nobody knows.
    pub efforts: ForRoles<Option<Effort>>,
    /// The most turns of a run; 0: no limit.
    pub max_turns: u32,
    /// The most whole US dollars of a run; 0: no limit.
    pub max_cost_usd: u32,
    /// A price list on top of ours.
    pub prices: Option<PathBuf>,
}

/// The program of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramSettings {
    /// Its path, or a name in PATH.
    pub program: String,
    /// Another address than the provider's own.
    pub base_url: Option<String>,
    /// Variables of the daemon's environment that carry its key or token, by name.
    pub login_variables: Vec<String>,
    /// Where it keeps its settings, login and sessions; none: in the home of the daemon's user.
    pub home: Option<PathBuf>,
    /// Further environment of its process.
    pub env: BTreeMap<String, String>,
}

/// What a project says of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectAgents {
    /// Who works, in order of preference.
    pub providers: ForRoles<Vec<ProviderKind>>,
    /// With which model.
    pub models: ForRoles<Vec<ModelName>>,
    /// How hard it thinks; none: a word that nobody knows.
    pub efforts: ForRoles<Option<Effort>>,
}

/// A model, and whose it is when that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// Whose; none: of the provider that a role has first.
    pub provider: Option<ProviderKind>,
    /// Its id.
    pub id: String,
}

/// A value for all roles, and other ones for some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForRoles<T> {
    /// For roles that are not named.
    pub usual: Option<T>,
    /// For single roles.
    pub roles: BTreeMap<Role, T>,
}

impl<T> Default for ForRoles<T> {
    fn default() -> Self {
        Self {
            usual: None,
            roles: BTreeMap::new(),
        }
    }
}

impl<T> ForRoles<T> {
    /// What holds for a role.
    #[must_use]
    pub fn of(&self, role: &Role) -> Option<&T> {
        self.roles.get(role).or(self.usual.as_ref())
    }
}

/// What holds for agents of one project: its own words before those of the installation.
#[derive(Debug, Clone, Copy)]
pub struct AgentRules<'a> {
    /// Of the installation.
    pub installation: &'a AgentSettings,
    /// Of the project.
    pub project: &'a ProjectAgents,
    /// The project has a command that can work.
    pub has_command: bool,
}

impl AgentRules<'_> {
    /// Who may work as this role, in order of preference, each once.
    #[must_use]
    pub fn providers(&self, role: &Role) -> Vec<ProviderKind> {
        let own = self.project.providers.of(role).cloned();
        let mut providers = own.unwrap_or_else(|| vec![self.usual_provider()]);
        for fallback in &self.installation.fallback_providers {
            let can_work = *fallback != ProviderKind::Command || self.has_command;
            if can_work && !providers.contains(fallback) {
                providers.push(*fallback);
            }
        }
        providers
    }

    /// The model of a provider that works as this role; none: the program's own choice.
    #[must_use]
    pub fn model(&self, role: &Role, provider: ProviderKind) -> Option<&str> {
        let is_first = self.providers(role).first() == Some(&provider);
        let fits = |name: &&ModelName| name.provider.map_or(is_first, |named| named == provider);
        [&self.project.models, &self.installation.models]
            .into_iter()
            .find_map(|models| models.of(role)?.iter().find(fits))
            .map(|name| name.id.as_str())
    }

    /// How hard the model of this role thinks; none: the program's own choice.
    #[must_use]
    pub fn effort(&self, role: &Role) -> Option<Effort> {
        let own = self.project.efforts.of(role);
        own.or_else(|| self.installation.efforts.of(role))
            .copied()
            .flatten()
    }

    fn usual_provider(&self) -> ProviderKind {
        let of_project = if self.has_command {
            ProviderKind::Command
        } else {
            ProviderKind::Claude
        };
        self.installation.provider.unwrap_or(of_project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(provider: Option<ProviderKind>, id: &str) -> ModelName {
        ModelName {
            provider,
            id: id.to_owned(),
        }
    }

    #[test]
    fn the_project_wins_and_others_take_over_in_order() {
        let installation = AgentSettings {
            provider: Some(ProviderKind::Codex),
            fallback_providers: vec![ProviderKind::Claude, ProviderKind::Command, ProviderKind::Codex],
            ..AgentSettings::default()
        };
        let reviewer = Role::new(Role::REVIEWER);
        let project = ProjectAgents {
            providers: ForRoles {
                usual: None,
                roles: BTreeMap::from([(reviewer.clone(), vec![ProviderKind::Gemini])]),
            },
            ..ProjectAgents::default()
        };
        let rules = AgentRules {
            installation: &installation,
            project: &project,
            has_command: false,
        };
        assert_eq!(
            rules.providers(&reviewer),
            [ProviderKind::Gemini, ProviderKind::Claude, ProviderKind::Codex]
        );
        assert_eq!(
            rules.providers(&Role::new(Role::TESTER)),
            [ProviderKind::Codex, ProviderKind::Claude]
        );
    }

    #[test]
    fn a_command_works_where_there_is_one_and_nothing_is_said() {
        let (installation, project) = (AgentSettings::default(), ProjectAgents::default());
        let of = |has_command| {
            let rules = AgentRules {
                installation: &installation,
                project: &project,
                has_command,
            };
            rules.providers(&Role::new(Role::TESTER))
        };
        assert_eq!(of(true), [ProviderKind::Command]);
        assert_eq!(of(false), [ProviderKind::Claude]);
    }

    #[test]
    fn a_model_without_a_providers_name_is_of_the_first_one() {
        let installation = AgentSettings {
            provider: Some(ProviderKind::Claude),
            fallback_providers: vec![ProviderKind::Codex, ProviderKind::Gemini],
            models: ForRoles {
                usual: Some(vec![
                    model(None, "first"),
                    model(Some(ProviderKind::Codex), "second"),
                ]),
                roles: BTreeMap::new(),
            },
            ..AgentSettings::default()
        };
        let project = ProjectAgents::default();
        let rules = AgentRules {
            installation: &installation,
            project: &project,
            has_command: false,
        };
        let role = Role::new(Role::TESTER);
        let models = [ProviderKind::Claude, ProviderKind::Codex, ProviderKind::Gemini]
            .map(|provider| rules.model(&role, provider));
        assert_eq!(models, [Some("first"), Some("second"), None]);
    }
}
