//! The provider `command`: any program that follows the contract of behaviour §8 "Command provider". It reads its
//! prompt and brief on stdin, learns who it is from `ORCHD_…` variables, works in its current directory, prints a result
//! record as the last JSON object line of its stdout, and says by its exit code what to do about a failure.
//!
//! It is the operator's own program, so it runs with the operator's real HOME and finds its own settings there; a
//! session cannot be resumed.

use std::collections::BTreeMap;
use std::fmt;

use pipeline_core::run::{FailureCause, RunFailure};

use super::{Assignment, Invocation, check_program, prompt_and_brief};
use crate::launching::SHELL;
use crate::result_record::ResultRecord;

/// The program asks to be run again later (`EX_TEMPFAIL` of sysexits.h).
const EXIT_TRANSIENT: i32 = 75;

/// The program is set up wrongly (`EX_CONFIG`).
const EXIT_BAD_CONFIGURATION: i32 = 78;

/// What a shell says when there is no such program.
const EXIT_NOT_FOUND: i32 = 127;

/// Of the agent's own words in our sentence, in characters.
const QUOTED: usize = 300;

/// A command line and what is added to its environment.
#[derive(Clone, PartialEq, Eq)]
pub struct AgentCommand {
    argv: Vec<String>,
    env: BTreeMap<String, String>,
}

impl AgentCommand {
    /// A program and its arguments. The program is an absolute path or a name that is in PATH.
    #[must_use]
    pub fn program(argv: Vec<String>) -> Self {
        Self {
            argv,
            env: BTreeMap::new(),
        }
    }

    /// A command line for `sh -c` (the setting `agent_cmd`).
    #[must_use]
    pub fn shell(line: &str) -> Self {
        Self::program([SHELL, "-c", line].map(str::to_owned).to_vec())
    }

    /// Adds variables to its environment. They win over inherited ones, not over `ORCHD_…`.
    #[must_use]
    pub fn with_env(mut self, env: BTreeMap<String, String>) -> Self {
        self.env.extend(env);
        self
    }

    pub(super) fn invocation(&self, assignment: &Assignment<'_>) -> Invocation {
        Invocation {
            argv: self.argv.clone(),
            env: self.env.clone(),
            stdin: prompt_and_brief(assignment),
            ..Invocation::default()
        }
    }

    pub(super) fn check(&self, inherited: &BTreeMap<String, String>) -> Result<(), String> {
        let Some(program) = self.argv.first() else {
            return Err("the agent's command line is empty; set agent_cmd".to_owned());
        };
        let mut env = inherited.clone();
        env.extend(self.env.clone());
        check_program(program, &env)
    }
}

/// The values of variables may be secret.
impl fmt::Debug for AgentCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentCommand")
            .field("argv", &self.argv)
            .field("env", &self.env.keys())
            .finish()
    }
}

pub(super) fn judge(exit_code: i32, record: Option<&ResultRecord>) -> Option<RunFailure> {
    let words = record.map_or("", |record| record.summary.as_str());
    let failed = |cause, message: String| Some(RunFailure::new(cause, with_words(message, words)));
    match (exit_code, record) {
        (0, Some(record)) if record.is_error => {
            failed(FailureCause::AgentError, "the agent reported an error".to_owned())
        }
        (0, Some(record)) if !record.denied.is_empty() => failed(
            FailureCause::PermissionDenied,
            format!(
                "the agent was denied permissions ({}); allow them in its own settings or take them out of its task",
                record.denied.join(", ")
            ),
        ),
        (0, Some(_)) => None,
        (0, None) => failed(
            FailureCause::NoRecord,
            "the agent ended without a result record; it must print a JSON object with \"type\":\"result\" as its last line"
                .to_owned(),
        ),
        (EXIT_TRANSIENT, _) => failed(
            FailureCause::AskedToWait,
            "the agent asked to be run again later (exit code 75)".to_owned(),
        ),
        (EXIT_BAD_CONFIGURATION, _) => failed(
            FailureCause::BadConfiguration,
            "the agent says bad configuration (exit code 78)".to_owned(),
        ),
        (EXIT_NOT_FOUND, _) => failed(
            FailureCause::Crash,
            "the agent ended with exit code 127; that is what a shell says when it does not find a program".to_owned(),
        ),
        (code, _) => failed(FailureCause::Crash, format!("the agent ended with exit code {code}")),
    }
}

/// The first line of the agent's closing words behind our own.
fn with_words(message: String, words: &str) -> String {
    match words.lines().next() {
        None | Some("") => message,
        Some(line) => format!("{message}: {}", line.chars().take(QUOTED).collect::<String>()),
    }
}
