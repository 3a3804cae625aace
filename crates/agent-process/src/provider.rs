//! Providers: the programs that work as agents, one file each. A provider knows its command line, how it is told what
//! to do, and what its output and its exit codes mean; it must not know how a run is started or followed.

pub(crate) mod cli;
pub(crate) mod version;
pub(crate) mod command;
pub(crate) mod claude;
pub(crate) mod codex;
pub(crate) mod opencode;
pub(crate) mod gemini;
mod rules;
pub(crate) mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::id::{RunId, WorkItemId};
use pipeline_core::role::Role;
use pipeline_core::run::RunFailure;
use pipeline_core::stage::{StageName, WriteScope};
use process::DoneLine;
use serde::{Deserialize, Serialize};

use crate::transcript::Transcript;
use cli::CliSettings;
use command::AgentCommand;
use version::CliVersion;

/// Who works as the agents of a project.
#[derive(Debug, Clone, PartialEq)]
pub enum Provider {
    /// A program of the operator's own.
    Command(AgentCommand),
    /// Claude Code.
    Claude(CliSettings),
    /// Codex CLI.
    Codex(CliSettings),
    /// opencode.
    Opencode(CliSettings),
    /// Gemini CLI.
    Gemini(CliSettings),
}

/// What an agent is told.
pub(crate) struct Assignment<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) role: &'a Role,
    pub(crate) stage: &'a StageName,
    pub(crate) work_item: &'a WorkItemId,
    pub(crate) prompt: &'a str,
    pub(crate) brief: &'a str,
    /// What the role may write; none: anything in the checkout.
    pub(crate) scope: Option<&'a WriteScope>,
    /// The session to go on with.
    pub(crate) resume: Option<&'a str>,
    /// A new session gets this id where the program takes one: a UUID of this run alone.
    pub(crate) new_session: &'a str,
    /// Where the files of the run are.
    pub(crate) run_dir: &'a Path,
}

/// How a provider's program is started, besides what every agent gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Invocation {
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    /// Variables that it gets of our own environment, by name.
    pub(crate) inherits: Vec<String>,
    pub(crate) stdin: Vec<u8>,
    /// Files that have to be there, by path: in the run directory, or in a folder of ours for the program's settings.
    pub(crate) files: BTreeMap<PathBuf, String>,
}

/// A provider as it is remembered with a run, so that the run is judged by the provider that it was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// A program of the operator's own.
    Command,
    /// Claude Code.
    Claude,
    /// Codex CLI.
    Codex,
    /// opencode.
    Opencode,
    /// Gemini CLI.
    Gemini,
}

impl Provider {
    /// Which one.
    #[must_use]
    pub fn kind(&self) -> ProviderKind {
        match self {
            Self::Command(_) => ProviderKind::Command,
            Self::Claude(_) => ProviderKind::Claude,
            Self::Codex(_) => ProviderKind::Codex,
            Self::Opencode(_) => ProviderKind::Opencode,
            Self::Gemini(_) => ProviderKind::Gemini,
        }
    }

    /// The settings of a program that is not the operator's own.
    pub(crate) fn cli(&self) -> Option<&CliSettings> {
        match self {
            Self::Command(_) => None,
            Self::Claude(cli) | Self::Codex(cli) | Self::Opencode(cli) | Self::Gemini(cli) => Some(cli),
        }
    }

    /// The same, started as this version wants it, where one is known and none was set.
    pub(crate) fn in_version(mut self, version: Option<CliVersion>) -> Self {
        if let Self::Claude(cli) | Self::Codex(cli) | Self::Opencode(cli) | Self::Gemini(cli) = &mut self {
            cli.version = cli.version.or(version);
        }
        self
    }

    pub(crate) fn invocation(&self, assignment: &Assignment<'_>) -> Invocation {
        match self {
            Self::Command(command) => command.invocation(assignment),
            Self::Claude(cli) => claude::invocation(cli, assignment),
            Self::Codex(cli) => codex::invocation(cli, assignment),
            Self::Opencode(cli) => opencode::invocation(cli, assignment),
            Self::Gemini(cli) => gemini::invocation(cli, assignment),
        }
    }

    /// The program can be started, as far as can be told without starting it. The error says what is wrong and what
    /// to do. `inherited` is the environment that it would get of ours.
    pub(crate) fn check(&self, inherited: &BTreeMap<String, String>) -> Result<(), String> {
        match self {
            Self::Command(command) => command.check(inherited),
            Self::Claude(cli) | Self::Codex(cli) | Self::Opencode(cli) => {
                check_program(&cli.program, inherited)
            }
            Self::Gemini(cli) => {
                check_program(&cli.program, inherited)?;
                gemini::check(cli)
            }
        }
    }
}

impl ProviderKind {
    /// The word in settings and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Opencode => "opencode",
            Self::Gemini => "gemini",
        }
    }

    /// How an agent of this kind says that its work is done.
    pub(crate) fn done_line(self, linger: Duration) -> DoneLine {
        let (has, lacks) = match self {
            Self::Command | Self::Claude => (r#"{"type":"result"}"#, r#"{"is_error":true}"#),
            Self::Codex => (r#"{"type":"turn.completed"}"#, "{}"),
            Self::Opencode => (r#"{"type":"step_finish","part":{"reason":"stop"}}"#, "{}"),
            Self::Gemini => (r#"{"type":"result"}"#, r#"{"status":"error"}"#),
        };
        DoneLine {
            has: serde_json::from_str(has).unwrap_or_default(),
            lacks: serde_json::from_str(lacks).unwrap_or_default(),
            linger_ms: u64::try_from(linger.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// What a program that exited by itself tells us by its exit code and its output; `None`: it went well.
    pub(crate) fn judge(self, exit_code: i32, transcript: &Transcript) -> Option<RunFailure> {
        match self {
            Self::Command => command::judge(exit_code, transcript.record.as_ref()),
            Self::Claude => verdict::judge(exit_code, transcript, claude::startup_cause),
            Self::Codex => verdict::judge(exit_code, transcript, codex::startup_cause),
            Self::Opencode => verdict::judge(exit_code, transcript, opencode::startup_cause),
            Self::Gemini => verdict::judge(exit_code, transcript, gemini::startup_cause),
        }
    }
}

/// The role's prompt and the brief as one text, for a program that has no place for the first.
fn prompt_and_brief(assignment: &Assignment<'_>) -> Vec<u8> {
    let Assignment { prompt, brief, .. } = assignment;
    format!("{}\n\n{brief}", prompt.trim_end()).into_bytes()
}

/// A bare name is looked for in the PATH that the program would get, else in the usual folders. A relative path is
/// refused: it would be looked for in the checkout, where the task's branch decides what it is.
pub(crate) fn check_program(program: &str, env: &BTreeMap<String, String>) -> Result<(), String> {
    if program.contains('/') && !Path::new(program).is_absolute() {
        return Err(format!(
            "agent program {program:?} is a relative path; write an absolute path or a name that is in PATH"
        ));
    }
    let path = env.get("PATH");
    if process::find_program(program.as_ref(), path.map(AsRef::as_ref), None).is_some() {
        return Ok(());
    }
    let place = match path {
        _ if program.contains('/') => "no program is there".to_owned(),
        Some(path) => format!("looked for in {path}"),
        None => "looked for in the usual folders, for PATH is not set".to_owned(),
    };
    Err(format!(
        "agent program {program:?} was not found ({place}); install it or correct its path"
    ))
}

#[cfg(test)]
mod tests;
