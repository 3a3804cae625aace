//! Whether a provider can work, told without a token: its program, its version, its login, its folder. It asks the program
//! itself, so it takes seconds: for the start of the daemon and for people, never for the start of a run.
//!
//! A login is looked at for presence only. Whether the provider accepts it is known from a run.

mod login;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::resilience::PreflightReport;
use pipeline_core::time::Timestamp;
use process::{ExitOutcome, SpawnError};
use rustix::fs::{Access, access};

use crate::environment;
use crate::provider::cli::CliSettings;
use crate::provider::version::{CliVersion, verified};
use crate::provider::{Provider, ProviderKind};

pub use login::Login;

/// The version is asked for no longer than this.
const VERSION_LIMIT: Duration = Duration::from_secs(10);

/// Some programs need seconds to look at their own login.
const LOGIN_LIMIT: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// Of which provider.
    pub provider: ProviderKind,
    /// Why it cannot work, each with what to do; none: as far as can be told it can.
    pub problems: Vec<String>,
    /// What may become a problem.
    pub warnings: Vec<String>,
    /// The program's version, where it tells one.
    pub version: Option<CliVersion>,
    /// Its login.
    pub login: Login,
    /// Its program, where it was found.
    pub program: Option<PathBuf>,
    /// The folder for its login and sessions, which can be written.
    pub home: Option<PathBuf>,
}

impl Preflight {
    /// Nothing is in the way.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.problems.is_empty()
    }
}

impl From<Preflight> for PreflightReport {
    fn from(found: Preflight) -> Self {
        let shown = |path: PathBuf| path.display().to_string();
        let (login, login_expires) = match found.login {
            Login::NotLooked | Login::Missing => (None, None),
            Login::Variable(name) => (Some(format!("a key in {name}")), None),
            Login::Stored { method, expires_at } => (Some(format!("stored, {method}")), expires_at),
        };
        Self {
            problems: found.problems,
            version: found.version.map(|version| version.to_string()),
            login_expires,
            program: found.program.map(shown),
            login,
            folder: found.home.map(shown),
            warnings: found.warnings,
        }
    }
}

/// Runs a provider's program for a moment. A seam for tests; [`Programs`] is the real one.
pub trait Ask {
    /// What it printed to stdout and stderr, one after the other. Errors: it could not be run, or not in time.
    fn ask(&self, question: &Question<'_>) -> Result<Answer, String>;
}

/// A program to be run for a moment.
#[derive(Debug)]
pub struct Question<'a> {
    /// The program.
    pub program: &'a str,
    /// Its arguments.
    pub args: &'a [&'a str],
    /// Its whole environment.
    pub env: &'a BTreeMap<String, String>,
    /// It is killed after this.
    pub limit: Duration,
}

/// What a program said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// It exited with 0.
    pub is_success: bool,
    /// Its stdout and stderr.
    pub text: String,
}

/// The real programs.
#[derive(Debug, Clone, Copy)]
pub struct Programs;

impl Ask for Programs {
    fn ask(&self, question: &Question<'_>) -> Result<Answer, String> {
        let asked = process::Command::new(question.program)
            .args(question.args)
            .envs(question.env)
            .timeout(question.limit)
            .output_cap(64 << 10)
            .run();
        match asked {
            Ok(output) => Ok(Answer {
                is_success: output.status == ExitOutcome::Code(0),
                text: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            }),
            Err(
                error @ (SpawnError::NotFound { .. } | SpawnError::Timeout { .. } | SpawnError::Io { .. }),
            ) => Err(error.to_string()),
        }
    }
}

/// Looks at everything; blocks for some seconds. `now` is for the expiry of a login.
#[must_use]
pub fn preflight(provider: &Provider, ask: &dyn Ask, now: Timestamp) -> Preflight {
    let mut found = Preflight {
        provider: provider.kind(),
        problems: Vec::new(),
        warnings: Vec::new(),
        version: None,
        login: Login::NotLooked,
        program: None,
        home: None,
    };
    let env = environment_of(provider);
    if let Err(problem) = provider.check(&env) {
        found.problems.push(problem);
        return found;
    }
    let Some(cli) = provider.cli() else {
        return found;
    };
    let path = env.get("PATH").map(AsRef::as_ref);
    found.program = process::find_program(cli.program.as_ref(), path, None);
    if let Err(problem) = cli.make_home() {
        found.problems.push(problem);
        return found;
    }
    match version(provider, ask) {
        Ok(version) => {
            found.version = Some(version);
            found.warnings.extend(too_old(provider.kind(), version));
        }
        Err(problem) => found.problems.push(problem),
    }
    let home = home(provider.kind(), cli, &env);
    match home.as_deref().and_then(unwritable) {
        Some(problem) => found.problems.push(problem),
        None => found.home.clone_from(&home),
    }
    let sight = login::Sight {
        kind: provider.kind(),
        cli,
        env: &env,
        home: home.as_deref(),
        now,
    };
    login::look(&sight, ask, &mut found);
    found
}

/// The version of a provider's program; none for a program of the operator's own. Blocks up to ten seconds. Errors: it
/// cannot be asked, or its answer holds no version.
pub fn version(provider: &Provider, ask: &dyn Ask) -> Result<CliVersion, String> {
    let Some(cli) = provider.cli() else {
        return Err("a program of the operator's own has no version that is known here".to_owned());
    };
    let question = Question {
        program: &cli.program,
        args: &["--version"],
        env: &environment_of(provider),
        limit: VERSION_LIMIT,
    };
    let answer = ask.ask(&question)?;
    CliVersion::find(&answer.text).ok_or_else(|| {
        format!(
            "{} --version did not print a version; is it the right program?",
            cli.program
        )
    })
}

/// As a run of it would have it, without what is of one run.
fn environment_of(provider: &Provider) -> BTreeMap<String, String> {
    let mut env = environment::inherited();
    if let Some(cli) = provider.cli() {
        env.extend(environment::taken_over(
            cli.key_variables.iter().map(String::as_str),
        ));
        env.extend(cli.env.clone());
        env.extend(home_variables(provider.kind(), cli));
    }
    env
}

fn home_variables(kind: ProviderKind, cli: &CliSettings) -> Option<(String, String)> {
    let home = cli.config_home.as_ref()?;
    let (name, place) = match kind {
        ProviderKind::Command => return None,
        ProviderKind::Claude => ("CLAUDE_CONFIG_DIR", home.clone()),
        ProviderKind::Codex => ("CODEX_HOME", home.clone()),
        ProviderKind::Opencode => ("XDG_DATA_HOME", home.join("data")),
        ProviderKind::Gemini => ("GEMINI_CLI_HOME", home.clone()),
    };
    Some((name.to_owned(), place.display().to_string()))
}

/// Where the program keeps login and sessions.
fn home(kind: ProviderKind, cli: &CliSettings, env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let user = || env.get("HOME").map(PathBuf::from);
    let own = cli.config_home.clone();
    match kind {
        ProviderKind::Command => None,
        ProviderKind::Claude => own.or_else(|| Some(user()?.join(".claude"))),
        ProviderKind::Codex => own.or_else(|| Some(user()?.join(".codex"))),
        ProviderKind::Opencode => own
            .map(|home| home.join("data"))
            .or_else(|| Some(user()?.join(".local/share")))
            .map(|data| data.join("opencode")),
        ProviderKind::Gemini => own.or_else(user).map(|home| home.join(".gemini")),
    }
}

/// It makes the folder itself where only that is missing.
fn unwritable(home: &Path) -> Option<String> {
    let there = home.ancestors().find(|folder| folder.exists())?;
    let error = access(there, Access::WRITE_OK).err()?;
    Some(format!(
        "folder {} cannot be written ({error}); the provider's program keeps its login and its sessions there",
        there.display()
    ))
}

fn too_old(kind: ProviderKind, version: CliVersion) -> Option<String> {
    let verified = verified(kind).filter(|verified| version < *verified)?;
    Some(format!(
        "{} {version} is older than {verified}, with which its command line was verified; update it",
        kind.as_str()
    ))
}

#[cfg(test)]
mod tests;
