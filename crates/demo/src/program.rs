//! A real agent program in the demo: how it is set up, and the model that it talks to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use app::settings::Settings;
use app::settings::agents::{AgentSettings, ForRoles, ModelName, ProgramSettings, ProviderKind};
use app::wire::check::preflights;
use model_stub::ModelServer;

use crate::model::ScriptedMind;
use crate::options::{Agent, DemoError, Program};
use crate::scenario::Scenario;

/// What stands where a key would be: the model on loopback asks for none.
const NO_KEY: &str = "sk-ant-oat01-no-key-is-needed";

/// What is special about a program.
struct Usual {
    name: &'static str,
    key_variable: &'static str,
    /// Behind the address of the service.
    path: &'static str,
    /// A model that it knows, with the tools that the scripted model uses.
    model: &'static str,
}

fn usual(provider: ProviderKind) -> Usual {
    match provider {
        ProviderKind::Claude => Usual {
            name: "claude",
            key_variable: "CLAUDE_CODE_OAUTH_TOKEN",
            path: "",
            model: "claude-opus-4-8",
        },
        ProviderKind::Codex => Usual {
            name: "codex",
            key_variable: "CODEX_API_KEY",
            path: "/v1",
            model: "gpt-5.5",
        },
        ProviderKind::Opencode => Usual {
            name: "opencode",
            key_variable: "OPENCODE_API_KEY",
            path: "/v1",
            model: "scripted/scripted",
        },
        ProviderKind::Gemini => Usual {
            name: "gemini",
            key_variable: "GEMINI_API_KEY",
            path: "",
            model: "gemini-2.5-pro",
        },
        ProviderKind::Command => Usual {
            name: "",
            key_variable: "",
            path: "",
            model: "",
        },
    }
}

/// The model on loopback, where the demo is to play it.
pub(crate) async fn model(
    agent: &Agent,
    scenario: Scenario,
    home: &Path,
) -> Result<Option<ModelServer>, DemoError> {
    match agent {
        Agent::Program(Program { model_url: None, .. }) => {
            let mind = ScriptedMind::new(scenario, home.join("model"));
            let server = ModelServer::start(Arc::new(mind)).await;
            server.map(Some).map_err(DemoError::Model)
        }
        Agent::Program(_) | Agent::Scripted | Agent::Command(_) => Ok(None),
    }
}

/// The settings of agents. The program's settings, login and sessions lie in the demo's home, none are taken from its user.
pub(crate) fn settings(agent: &Agent, model: Option<&ModelServer>, home: &Path) -> AgentSettings {
    let Agent::Program(program) = agent else {
        return AgentSettings::default();
    };
    let usual = usual(program.provider);
    let address = program.model_url.clone().or_else(|| model.map(ModelServer::url));
    let program_settings = ProgramSettings {
        program: program.path.clone().unwrap_or_else(|| usual.name.to_owned()),
        base_url: address.map(|url| url + usual.path),
        login_variables: vec![usual.key_variable.to_owned()],
        home: Some(home.join("agent-home")),
        env: BTreeMap::from([(usual.key_variable.to_owned(), NO_KEY.to_owned())]),
    };
    let model = ModelName {
        provider: None,
        id: program.model.clone().unwrap_or_else(|| usual.model.to_owned()),
    };
    AgentSettings {
        provider: Some(program.provider),
        programs: BTreeMap::from([(program.provider, program_settings)]),
        models: ForRoles {
            usual: Some(vec![model]),
            roles: BTreeMap::new(),
        },
        ..AgentSettings::default()
    }
}

/// A program that cannot work is told before the story begins, which would wait for it without an end.
pub(crate) fn check(settings: &Settings) -> Result<(), DemoError> {
    let looked_at = preflights(settings, None).unwrap_or_default();
    let reports = looked_at.into_iter().filter_map(|health| health.preflight);
    let problems: Vec<String> = reports.flat_map(|made| made.report.problems).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(DemoError::Agent(problems.join("; ")))
}

/// Who works, in a word for people.
pub(crate) fn name(program: &Program) -> &str {
    program.path.as_deref().unwrap_or(usual(program.provider).name)
}
