//! Why git did not do what was asked. Texts carry git's own words, cut, and never a URL's credentials.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::port::PortError;

/// A failed call of git, or of the file system around it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git program.
    #[error("git was not found as {program:?}; install git {oldest} or newer, or correct its path", oldest = crate::OLDEST_VERSION)]
    Missing {
        /// As it was asked for.
        program: OsString,
    },
    /// The git program lacks what is needed here.
    #[error("git {found} is too old; install git {oldest} or newer", oldest = crate::OLDEST_VERSION)]
    TooOld {
        /// What it says of itself.
        found: String,
    },
    /// It was killed at its limit.
    #[error("git {verb} was stopped after {} s", limit.as_secs())]
    Timeout {
        /// The subcommand.
        verb: String,
        /// The limit.
        limit: Duration,
    },
    /// It ended with a failure.
    #[error("git {verb} failed: {message}")]
    Failed {
        /// The subcommand.
        verb: String,
        /// What it wrote to stderr, cut and without credentials.
        message: String,
    },
    /// It wrote more than is taken.
    #[error("git {verb} wrote more than {limit} bytes")]
    TooMuchOutput {
        /// The subcommand.
        verb: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// It wrote something that does not read as its documentation says.
    #[error("git {verb} answered {answer:?}, which is not {expected}")]
    Unexpected {
        /// The subcommand.
        verb: String,
        /// The answer, cut.
        answer: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A name that git would misread: not a full object id, not a reference name.
    #[error("{text:?} is not {expected}")]
    BadName {
        /// As it was given.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A repository without a commit cannot be cloned or built on.
    #[error("the repository {path:?} has no commits; make a first commit in it and try again")]
    NoCommits {
        /// Which.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("could not {action} {path:?}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

impl GitError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn unexpected(verb: &str, answer: &[u8], expected: &'static str) -> Self {
        Self::Unexpected {
            verb: verb.to_owned(),
            answer: cut_message(answer),
            expected,
        }
    }
}

impl From<GitError> for PortError {
    /// What could go well another time is `Retry`; what needs a human is `Permanent`.
    fn from(error: GitError) -> Self {
        let message = error.to_string();
        match error {
            GitError::Timeout { .. } | GitError::Io { .. } => Self::retry(message),
            GitError::Failed { .. } if needs_a_human(&message) => Self::Permanent(message),
            GitError::Failed { .. } => Self::retry(message),
            GitError::Missing { .. }
            | GitError::TooOld { .. }
            | GitError::TooMuchOutput { .. }
            | GitError::Unexpected { .. }
            | GitError::BadName { .. }
            | GitError::NoCommits { .. } => Self::Permanent(message),
        }
    }
}

/// Git has no error codes for these; the texts are those of `LC_ALL=C`.
fn needs_a_human(message: &str) -> bool {
    const WORDS: [&str; 6] = [
        "Authentication failed",
        "Permission denied (publickey",
        "could not read Username",
        "does not appear to be a git repository",
        "dubious ownership",
        "refusing to merge unrelated histories",
    ];
    WORDS.iter().any(|words| message.contains(words))
}

/// The first 2,000 characters of what git wrote, on one line per line, without control characters and credentials.
pub(crate) fn cut_message(bytes: &[u8]) -> String {
    const MAX: usize = 2000;
    let text = String::from_utf8_lossy(bytes);
    let plain: String = plain_text::without_control(text.trim())
        .chars()
        .take(MAX)
        .collect();
    without_credentials(&plain)
}

/// `https://user:token@host` → `https://host`.
fn without_credentials(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let authority = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"')
            .unwrap_or(after.len());
        let host = after[..authority].rfind('@').map_or(0, |at| at + 1);
        clean.push_str(&after[host..authority]);
        rest = &after[authority..];
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: &str) {
        assert_eq!(cut_message(written.as_bytes()), expected);
    }

    #[test]
    fn credentials_of_urls_are_left_out() {
        check(
            "fatal: unable to access 'https://bot:s3cret@git.example/x.git/': no",
            "fatal: unable to access 'https://git.example/x.git/': no",
        );
        check("to https://tok@h and ssh://git@h/x", "to https://h and ssh://h/x");
        check("no url, a@b", "no url, a@b");
    }

    #[test]
    fn control_characters_are_left_out() {
        check("\u{1b}[31mred\nline\r\n", "red\nline");
    }
}
