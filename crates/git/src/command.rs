//! The hardened git command line: which program, with which configuration, environment and limits. Must not know what
//! is done with it.

mod invocation;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::error::GitError;
pub(crate) use invocation::{Invocation, failed};

/// The oldest git that has all that is used here (`merge-tree --write-tree`, `core.fsync`).
pub const OLDEST_VERSION: Version = Version { major: 2, minor: 39 };

/// Configuration of every call, by `-c`, so that it wins over a repository's own.
const CONFIGURATION: [&str; 22] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "core.fsync=committed,reference",
    "gc.auto=0",
    "maintenance.auto=false",
    "transfer.fsckObjects=true",
    // Old histories hold these; they harm nobody.
    "fetch.fsck.zeroPaddedFilemode=warn",
    "fetch.fsck.missingSpaceBeforeDate=warn",
    "fetch.fsck.badTimezone=warn",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "push.recurseSubmodules=no",
    "push.gpgSign=false",
    "commit.gpgSign=false",
    "credential.helper=",
    "http.followRedirects=false",
    "protocol.allow=never",
    "protocol.file.allow=always",
];

/// A git program and how it is called. Cheap to clone.
#[derive(Clone)]
pub struct Git {
    program: OsString,
    timeout: Duration,
    environment: Vec<(OsString, OsString)>,
    /// As it was asked once, by whichever clone: it does not change under a running program.
    version: Arc<OnceLock<Version>>,
}

/// A version of git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The 2 in 2.39.5.
    pub major: u32,
    /// The 39 in 2.39.5.
    pub minor: u32,
}

impl Git {
    /// Calls this program: a path, or a name that is looked for in `/usr/local/bin:/usr/bin:/bin`.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            timeout: Duration::from_secs(120),
            environment: Vec::new(),
            version: Arc::default(),
        }
    }

    /// Sets the limit of one call; two minutes if not called.
    #[must_use]
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Adds a variable to the otherwise fixed environment, such as `PATH` or `GIT_SSH_COMMAND`.
    #[must_use]
    pub fn with_variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        // Another PATH may lead to another program.
        self.version = Arc::default();
        self
    }

    /// The version of the program, asked once for all clones. `Missing` and `TooOld` say what to install.
    pub fn version(&self) -> Result<Version, GitError> {
        if let Some(version) = self.version.get() {
            return Ok(*version);
        }
        let answer = self.without_repository("version").text()?;
        let version = parse_version(&answer)
            .ok_or_else(|| GitError::unexpected("version", answer.as_bytes(), "a version"))?;
        if version < OLDEST_VERSION {
            return Err(GitError::TooOld {
                found: version.to_string(),
            });
        }
        Ok(*self.version.get_or_init(|| version))
    }

    /// A call on this git directory and no other.
    pub(crate) fn at(&self, git_dir: &Path, verb: &str) -> Invocation {
        let mut flag = OsString::from("--git-dir=");
        flag.push(git_dir);
        Invocation::new(self.hardened().arg(flag).arg(verb), verb, self.timeout)
    }

    /// A call that makes a repository or needs none. It runs in the root directory, where none is found by accident.
    pub(crate) fn without_repository(&self, verb: &str) -> Invocation {
        Invocation::new(self.hardened().arg(verb), verb, self.timeout)
    }

    fn hardened(&self) -> process::Command {
        let mut command = process::Command::new(&self.program)
            .cwd("/")
            .timeout(self.timeout)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "/bin/false")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(["--no-pager", "--no-replace-objects"]);
        for setting in CONFIGURATION {
            command = command.arg("-c").arg(setting);
        }
        command
    }
}

impl fmt::Debug for Git {
    /// Without the environment, which may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Git")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

fn parse_version(answer: &str) -> Option<Version> {
    let mut numbers = answer.strip_prefix("git version ")?.split('.');
    Some(Version {
        major: numbers.next()?.parse().ok()?,
        minor: numbers.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: Option<(u32, u32)>) {
        let version = parse_version(answer).map(|version| (version.major, version.minor));
        assert_eq!(version, expected, "{answer}");
    }

    #[test]
    fn versions_are_read_as_vendors_write_them() {
        check("git version 2.39.5", Some((2, 39)));
        check("git version 2.51.0.rc1", Some((2, 51)));
        check("git version 2.39.5 (Apple Git-154)", Some((2, 39)));
        check("git version unknown", None);
    }

    #[test]
    fn a_missing_git_says_what_to_install() {
        let error = Git::new("/nonexistent/git").version().unwrap_err();
        assert_eq!(
            error.to_string(),
            "git was not found as \"/nonexistent/git\"; install git 2.39 or newer, or correct its path"
        );
    }
}
