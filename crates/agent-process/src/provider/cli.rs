//! What the operator sets for a provider that is a program of somebody else's: Claude Code, Codex, opencode, Gemini CLI.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use super::version::CliVersion;

/// How such a program is used. What a program has no switch for is left out of its command line; its module says what.
#[derive(Clone, PartialEq)]
pub struct CliSettings {
    /// Its path, or a name in PATH.
    pub program: String,
    /// The model by its full id; none: the program's own choice.
    pub model: Option<String>,
    /// How hard the model thinks; none: the program's own choice.
    pub effort: Option<Effort>,
    /// The model that takes over when the first is overloaded (Claude Code only).
    pub fallback_model: Option<String>,
    /// The most turns of a run (not Codex).
    pub max_turns: Option<u32>,
    /// The most US dollars of a run, checked after each request (Claude Code only).
    pub max_cost_usd: Option<f64>,
    /// How often the program repeats a failed request by itself.
    pub max_retries: u32,
    /// Variables of the daemon's environment with the provider's key, by name. Only this provider's process gets them.
    pub key_variables: Vec<String>,
    /// Added to its environment, such as a proxy.
    pub env: BTreeMap<String, String>,
    /// Another address of the provider: a gateway, or a test.
    pub base_url: Option<String>,
    /// A folder for its settings, login and sessions; none: its own in the home of the daemon's user. A login is per
    /// folder, and so are the sessions that can be resumed.
    pub config_home: Option<PathBuf>,
    /// The shell commands that agents may run.
    pub shell: ShellRules,
    /// Its version, as [`probe`](crate::preflight::version) found it; none: the one that our flags were verified with.
    pub version: Option<CliVersion>,
}

/// How hard a model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// `xhigh`
    ExtraHigh,
    /// `max`
    Max,
}

/// Which shell commands agents may run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ShellRules {
    /// All.
    #[default]
    Any,
    /// Those that fit one of these patterns (`*` is any text), such as `git log *`. Any other is a denied permission, with
    /// which the run fails.
    Only(Vec<String>),
}

impl CliSettings {
    /// A program with nothing set.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            model: None,
            effort: None,
            fallback_model: None,
            max_turns: None,
            max_cost_usd: None,
            max_retries: 3,
            key_variables: Vec::new(),
            env: BTreeMap::new(),
            base_url: None,
            config_home: None,
            shell: ShellRules::Any,
            version: None,
        }
    }
}

impl CliSettings {
    /// Makes the folder of its own, for our eyes only: some programs refuse one that is not there.
    pub(crate) fn make_home(&self) -> Result<(), String> {
        let Some(home) = &self.config_home else {
            return Ok(());
        };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(home);
        made.map_err(|error| format!("the agent's folder {} cannot be made: {error}", home.display()))
    }
}

impl Effort {
    /// The word in settings and on command lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::ExtraHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The effort of a word; `None`: there is no such effort.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::ExtraHigh, Self::Max]
            .into_iter()
            .find(|effort| effort.as_str() == word)
    }
}

/// The values of variables may be secret.
impl fmt::Debug for CliSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CliSettings")
            .field("program", &self.program)
            .field("model", &self.model)
            .field("effort", &self.effort)
            .field("fallback_model", &self.fallback_model)
            .field("max_turns", &self.max_turns)
            .field("max_cost_usd", &self.max_cost_usd)
            .field("max_retries", &self.max_retries)
            .field("key_variables", &self.key_variables)
            .field("env", &self.env.keys())
            .field("config_home", &self.config_home)
            .field("shell", &self.shell)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
