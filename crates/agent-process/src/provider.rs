//! Providers: the programs that work as agents, one file each. A provider knows its command line, how it is told what
//! to do, and what its exit codes mean; it must not know how a run is started or followed.

pub(crate) mod command;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pipeline_core::id::WorkItemId;
use pipeline_core::role::Role;
use pipeline_core::run::RunFailure;
use pipeline_core::stage::StageName;
use process::DoneLine;
use serde::{Deserialize, Serialize};

use crate::result_record::{self, ResultRecord};
use command::AgentCommand;

/// Who works as the agents of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// A program of the operator's own.
    Command(AgentCommand),
}

/// What an agent is told.
pub(crate) struct Assignment<'a> {
    pub(crate) role: &'a Role,
    pub(crate) stage: &'a StageName,
    pub(crate) work_item: &'a WorkItemId,
    pub(crate) prompt: &'a str,
    pub(crate) brief: &'a str,
}

/// How a provider's program is started, besides what every agent gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) stdin: Vec<u8>,
}

/// A provider as it is remembered with a run, so that the run is judged by the provider that it was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProviderKind {
    Command,
}

impl Provider {
    pub(crate) fn kind(&self) -> ProviderKind {
        match self {
            Self::Command(_) => ProviderKind::Command,
        }
    }

    pub(crate) fn invocation(&self, assignment: &Assignment<'_>) -> Invocation {
        match self {
            Self::Command(command) => command.invocation(assignment),
        }
    }

    /// The program can be started, as far as can be told without starting it. The error says what is wrong and what
    /// to do. `inherited` is the environment that it would get of ours.
    pub(crate) fn check(&self, inherited: &BTreeMap<String, String>) -> Result<(), String> {
        match self {
            Self::Command(command) => command.check(inherited),
        }
    }
}

impl ProviderKind {
    /// The word in records.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
        }
    }

    /// How an agent of this kind says that its work is done: by a result record without error.
    pub(crate) fn done_line(self, linger: Duration) -> DoneLine {
        match self {
            Self::Command => result_record::done_line(linger),
        }
    }

    /// What a program that exited by itself tells us by its exit code and its result record; `None`: it went well.
    pub(crate) fn judge(self, exit_code: i32, record: Option<&ResultRecord>) -> Option<RunFailure> {
        match self {
            Self::Command => command::judge(exit_code, record),
        }
    }
}

/// A bare name is looked for in the PATH that the program would get, else in the usual folders. A relative path is
/// refused: it would be looked for in the checkout, where the task's branch decides what it is.
pub(crate) fn check_program(program: &str, env: &BTreeMap<String, String>) -> Result<(), String> {
    if program.contains('/') && !Path::new(program).is_absolute() {
        return Err(format!(
            "agent program {program:?} is a relative path; write an absolute path or a name that is in PATH"
        ));
    }
    let path = env.get("PATH").map(AsRef::as_ref);
    match process::find_program(program.as_ref(), path, None) {
        Some(_) => Ok(()),
        None => Err(format!(
            "agent program {program:?} was not found; install it or correct its path"
        )),
    }
}
