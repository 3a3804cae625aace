//! The keys of the installation that say who works as the agents. Their names are those of the service that came before.

use std::collections::BTreeMap;
use std::path::PathBuf;

use agent_process::{Effort, ProviderKind};
use pipeline_core::role::Role;

use super::agents::{AgentSettings, ForRoles, ModelName, ProgramSettings};
use super::form::{Choice, Count, EffortWord, FilePath, List, Model, OneOrMore, Text, Variables};
use super::key::{Key, Row, Scope};
use super::text_rule;

/// Every key, in order.
pub(super) static TABLE: &[&dyn Row] = &[
    &PROVIDER,
    &FALLBACK_PROVIDERS,
    &MODEL,
    &MODELS[0],
    &MODELS[1],
    &MODELS[2],
    &MODELS[3],
    &MODELS[4],
    &MODELS[5],
    &FALLBACK_MODEL,
    &EFFORT,
    &EFFORTS[0],
    &EFFORTS[1],
    &EFFORTS[2],
    &EFFORTS[3],
    &EFFORTS[4],
    &EFFORTS[5],
    &MAX_TURNS,
    &MAX_COST,
    &PRICES,
    &CLAUDE.program,
    &CLAUDE.base_url,
    &CLAUDE.login,
    &CLAUDE.home,
    &CLAUDE.env,
    &CODEX.program,
    &CODEX.base_url,
    &CODEX.login,
    &CODEX.home,
    &CODEX.env,
    &OPENCODE.program,
    &OPENCODE.base_url,
    &OPENCODE.login,
    &OPENCODE.home,
    &OPENCODE.env,
    &GEMINI.program,
    &GEMINI.base_url,
    &GEMINI.login,
    &GEMINI.home,
    &GEMINI.env,
];

pub(super) const PROVIDERS: Choice<ProviderKind> = Choice {
    of: &[
        ("claude", ProviderKind::Claude),
        ("codex", ProviderKind::Codex),
        ("opencode", ProviderKind::Opencode),
        ("gemini", ProviderKind::Gemini),
        ("command", ProviderKind::Command),
    ],
    later: &[],
};
const VARIABLE: Text = Text {
    what: "the name of a variable, such as ANTHROPIC_API_KEY",
    rule: text_rule::variable,
};

static PROVIDER: Key<ProviderKind> = Key::required(
    "agent_provider_default",
    &PROVIDERS,
    "Who works where a project says nothing: one of the agent programs, or the project's own command.",
)
.or_follows("`command` where the project has an `agent_cmd`, else `claude`");

static FALLBACK_PROVIDERS: Key<Vec<ProviderKind>> = Key::required(
    "agent_fallback_providers",
    &OneOrMore(&PROVIDERS),
    "Who takes over, in this order, while a role's own provider is not available: its breaker is open, its allowance is used up, or it is not logged in.",
)
.or("");

static MODEL: Key<Vec<ModelName>> = Key::required(
    "agent_model_default",
    &OneOrMore(&Model),
    "The model of agents. For several providers: `claude:ID, codex:ID`; an id alone is for the provider that a role has first.",
)
.or("claude:claude-opus-4-8");

const OF_ROLE: &str = "The same for one role.";

/// In the order of [`ROLES`].
static MODELS: [Key<Vec<ModelName>>; 6] = [
    model("agent_model_analyst"),
    model("agent_model_architect"),
    model("agent_model_developer"),
    model("agent_model_reviewer"),
    model("agent_model_tester"),
    model("agent_model_deployer"),
];

const fn model(name: &'static str) -> Key<Vec<ModelName>> {
    Key::required(name, &OneOrMore(&Model), OF_ROLE).or_follows("`agent_model_default`")
}

static FALLBACK_MODEL: Key<String> = Key::required(
    "agent_fallback_model",
    &Text {
        what: "the id of a model",
        rule: text_rule::model,
    },
    "The model that takes over when the first is overloaded; Claude Code only.",
)
.or_follows("none");

static EFFORT: Key<Option<Effort>> = Key::required(
    "agent_effort_default",
    &EffortWord,
    "How hard models think. Another word is warned of, and means what the program does by itself.",
)
.or("high");

/// In the order of [`ROLES`].
static EFFORTS: [Key<Option<Effort>>; 6] = [
    effort("agent_effort_analyst"),
    effort("agent_effort_architect"),
    effort("agent_effort_developer"),
    effort("agent_effort_reviewer"),
    Key::required("agent_effort_tester", &EffortWord, OF_ROLE).or("medium"),
    Key::required("agent_effort_deployer", &EffortWord, OF_ROLE).or("medium"),
];

const fn effort(name: &'static str) -> Key<Option<Effort>> {
    Key::required(name, &EffortWord, OF_ROLE).or_follows("`agent_effort_default`")
}

const ROLES: [&str; 6] = [
    Role::ANALYST,
    Role::ARCHITECT,
    Role::DEVELOPER,
    Role::REVIEWER,
    Role::TESTER,
    Role::DEPLOYER,
];

static MAX_TURNS: Key<u32> = Key::required(
    "agent_max_turns",
    &Count {
        least: 0,
        most: 100_000,
    },
    "The most turns of a run, where the program has such a limit (not Codex); 0: none.",
)
.or("0");

static MAX_COST: Key<u32> = Key::required(
    "agent_max_cost_usd",
    &Count {
        least: 0,
        most: 100_000,
    },
    "The most US dollars of a run, whole ones, where the program has such a limit (Claude Code only; it looks after each request); 0: none.",
)
.or("0");

static PRICES: Key<PathBuf> = Key::required(
    "agent_prices",
    &FilePath,
    "A price list in the form of agents/prices.yaml; its models win over those that come with the program.",
)
.or_follows("the list that comes with the program");

/// The keys of one program.
struct ProgramKeys {
    kind: ProviderKind,
    program: Key<String>,
    base_url: Key<String>,
    login: Key<Vec<String>>,
    home: Key<PathBuf>,
    env: Key<BTreeMap<String, String>>,
}

static CLAUDE: ProgramKeys = ProgramKeys {
    kind: ProviderKind::Claude,
    program: program("claude_bin", "Claude Code: a path, or a name in PATH.").or("claude"),
    base_url: base_url("claude_base_url"),
    login: login("claude_login_variables")
        .or("ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, CLAUDE_CODE_OAUTH_TOKEN"),
    home: home("claude_home"),
    env: env("claude_env"),
};
static CODEX: ProgramKeys = ProgramKeys {
    kind: ProviderKind::Codex,
    program: program("codex_bin", "Codex CLI: a path, or a name in PATH.").or("codex"),
    base_url: base_url("codex_base_url"),
    login: login("codex_login_variables").or("CODEX_API_KEY"),
    home: home("codex_home"),
    env: env("codex_env"),
};
static OPENCODE: ProgramKeys = ProgramKeys {
    kind: ProviderKind::Opencode,
    program: program("opencode_bin", "opencode: a path, or a name in PATH.").or("opencode"),
    base_url: base_url("opencode_base_url"),
    login: login("opencode_login_variables").or("OPENCODE_API_KEY"),
    home: home("opencode_home"),
    env: env("opencode_env"),
};
static GEMINI: ProgramKeys = ProgramKeys {
    kind: ProviderKind::Gemini,
    program: program("gemini_bin", "Gemini CLI: a path, or a name in PATH.").or("gemini"),
    base_url: base_url("gemini_base_url"),
    login: login("gemini_login_variables").or("GEMINI_API_KEY"),
    home: home("gemini_home"),
    env: env("gemini_env"),
};

const fn program(name: &'static str, meaning: &'static str) -> Key<String> {
    Key::required(
        name,
        &Text {
            what: "an absolute path, or a name in PATH",
            rule: text_rule::program,
        },
        meaning,
    )
}

const fn base_url(name: &'static str) -> Key<String> {
    Key::required(
        name,
        &Text {
            what: "an address, such as https://gateway.example.org",
            rule: text_rule::address,
        },
        "Another address of its service, such as a gateway. Without a key in it: this text is shown.",
    )
    .or_follows("the program's own")
}

const fn login(name: &'static str) -> Key<Vec<String>> {
    Key::required(
        name,
        &List(&VARIABLE),
        "Names of variables of the daemon's environment that carry its key or token. Its own process alone gets them.",
    )
}

const fn home(name: &'static str) -> Key<PathBuf> {
    Key::required(
        name,
        &FilePath,
        "Where it keeps its settings, login and sessions. A login is per directory.",
    )
    .or_follows("its own in the home of the daemon's user")
}

const fn env(name: &'static str) -> Key<BTreeMap<String, String>> {
    Key::required(
        name,
        &Variables,
        "Further environment of its process, such as a proxy. Its values are never shown.",
    )
    .or("{}")
}

/// What they say, together.
pub(super) fn read(scope: &Scope) -> Option<AgentSettings> {
    let programs = [&CLAUDE, &CODEX, &OPENCODE, &GEMINI].map(|keys| {
        let settings = ProgramSettings {
            program: keys.program.get(scope)?,
            base_url: keys.base_url.get(scope),
            login_variables: keys.login.get(scope)?,
            home: keys.home.get(scope),
            env: keys.env.get(scope)?,
        };
        Some((keys.kind, settings))
    });
    Some(AgentSettings {
        provider: PROVIDER.get(scope),
        fallback_providers: FALLBACK_PROVIDERS.get(scope)?,
        programs: programs.into_iter().collect::<Option<_>>()?,
        models: for_roles(scope, &MODEL, &MODELS),
        fallback_model: FALLBACK_MODEL.get(scope),
        efforts: for_roles(scope, &EFFORT, &EFFORTS),
        max_turns: MAX_TURNS.get(scope)?,
        max_cost_usd: MAX_COST.get(scope)?,
        prices: PRICES.get(scope),
    })
}

fn for_roles<T>(scope: &Scope, usual: &Key<T>, roles: &[Key<T>; 6]) -> ForRoles<T> {
    let named = ROLES
        .into_iter()
        .zip(roles)
        .filter_map(|(role, key)| Some((Role::new(role), key.get(scope)?)));
    ForRoles {
        usual: usual.get(scope),
        roles: named.collect(),
    }
}
