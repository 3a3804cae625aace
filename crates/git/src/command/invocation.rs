//! One call of git, from arguments to an answer.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use process::{Command, ExitOutcome, Output, SpawnError};

use crate::error::{GitError, cut_message};

/// Bytes of stdout that are taken when a call does not say otherwise.
const OUTPUT_CAP: usize = 64 << 20;

/// A call that is being put together.
pub(crate) struct Invocation {
    command: Command,
    verb: String,
    limit: Duration,
    cap: usize,
}

impl Invocation {
    pub(super) fn new(command: Command, verb: &str, limit: Duration) -> Self {
        Self {
            command,
            verb: verb.to_owned(),
            limit,
            cap: OUTPUT_CAP,
        }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command = self.command.arg(arg);
        self
    }

    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command = self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command = self.command.env(name, value);
        self
    }

    pub(crate) fn index(self, file: &Path) -> Self {
        self.env("GIT_INDEX_FILE", file)
    }

    /// The work tree, which is also the working directory: some subcommands insist.
    pub(crate) fn work_tree(mut self, folder: &Path) -> Self {
        self.command = self.command.cwd(folder);
        self.env("GIT_WORK_TREE", folder)
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.command = self.command.stdin(bytes);
        self
    }

    pub(crate) fn output_cap(mut self, bytes: usize) -> Self {
        self.cap = bytes;
        self
    }

    /// Whatever the exit code and however long the output.
    pub(crate) fn outcome(self) -> Result<Output, GitError> {
        let Self {
            command,
            verb,
            limit,
            cap,
        } = self;
        command.output_cap(cap).run().map_err(|error| match error {
            SpawnError::NotFound { program } => GitError::Missing { program },
            SpawnError::Timeout { .. } => GitError::Timeout { verb, limit },
            SpawnError::Io { program, source } => GitError::Io {
                action: "run",
                path: program.into(),
                source,
            },
        })
    }

    /// Its stdout; anything but exit code 0 is an error.
    pub(crate) fn bytes(self) -> Result<Vec<u8>, GitError> {
        let (verb, limit) = (self.verb.clone(), self.cap);
        let output = self.outcome()?;
        if !output.status.success() {
            return Err(failed(&verb, &output));
        }
        if output.truncated {
            return Err(GitError::TooMuchOutput { verb, limit });
        }
        Ok(output.stdout)
    }

    /// Its stdout as trimmed text.
    pub(crate) fn text(self) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.bytes()?).trim().to_owned())
    }

    /// For subcommands that answer by exit code: 0 yes, 1 no, else an error.
    pub(crate) fn answer(self) -> Result<bool, GitError> {
        let verb = self.verb.clone();
        let output = self.outcome()?;
        match output.status {
            ExitOutcome::Code(0) => Ok(true),
            ExitOutcome::Code(1) => Ok(false),
            ExitOutcome::Code(_) | ExitOutcome::Signal(_) => Err(failed(&verb, &output)),
        }
    }
}

/// The error that a failed call's output makes.
pub(crate) fn failed(verb: &str, output: &Output) -> GitError {
    let mut message = cut_message(&output.stderr);
    if message.is_empty() {
        message = match output.status {
            ExitOutcome::Code(code) => format!("exit code {code}"),
            ExitOutcome::Signal(signal) => format!("signal {signal}"),
        };
    }
    GitError::Failed {
        verb: verb.to_owned(),
        message,
    }
}
