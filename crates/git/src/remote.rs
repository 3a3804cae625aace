//! The repository in the forge, as seen from ours: fetched, listed, pushed to.

use std::fmt;

use pipeline_core::id::CommitSha;

use crate::command::{Invocation, failed};
use crate::error::{GitError, cut_message};
use crate::repository::{Reference, Repository, check_object_id, check_ref_name, commit_sha};

/// Where the forge keeps the repository.
#[derive(Clone)]
pub struct Remote {
    url: String,
    authorization: Option<String>,
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The reference points to the commit now, or did already.
    Done,
    /// The reference is not where it was expected; nothing happened.
    Stale(String),
    /// The forge does not take it (a protected branch, a hook).
    Rejected(String),
}

impl Remote {
    /// A path, or an `https://`, `http://`, `ssh://`, `file://` URL, or `user@host:path`. Credentials do not belong in it.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            authorization: None,
        }
    }

    /// Sends this header with HTTP requests to that URL, such as `Authorization: token …`. It travels in the environment of the
    /// git process, never on its command line.
    #[must_use]
    pub fn with_header(mut self, header: impl Into<String>) -> Self {
        self.authorization = Some(header.into());
        self
    }

    /// Takes all branches into `refs/remotes/origin/`; branches that are gone are removed there.
    pub fn fetch_branches(&self, repository: &Repository) -> Result<(), GitError> {
        self.call(repository, "fetch")
            .args([
                "--quiet",
                "--prune",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
            ])
            .args(["--force", "--", &self.url, "+refs/heads/*:refs/remotes/origin/*"])
            .bytes()
            .map(drop)
    }

    /// Takes what one reference names, with its history, without a reference to it.
    pub(crate) fn fetch_objects(&self, repository: &Repository, from: &str) -> Result<(), GitError> {
        check_ref_name(from)?;
        self.call(repository, "fetch")
            .args([
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
            ])
            .args(["--", &self.url, from])
            .bytes()
            .map(drop)
    }

    /// The branches as they are in the forge now.
    pub fn list_branches(&self, repository: &Repository) -> Result<Vec<Reference>, GitError> {
        let listing = self
            .call(repository, "ls-remote")
            .args(["--heads", "--", &self.url])
            .text()?;
        listing
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(target, name)| {
                Ok(Reference {
                    name: name.to_owned(),
                    target: commit_sha("ls-remote", target)?,
                })
            })
            .collect()
    }

    /// Points a branch in the forge at a commit of ours if it is at `expected` (none: if it does not exist).
    /// A branch that is at the commit already is `Done` whatever was expected.
    pub fn push(
        &self,
        repository: &Repository,
        commit: &CommitSha,
        branch: &str,
        expected: Option<&CommitSha>,
    ) -> Result<PushOutcome, GitError> {
        let name = format!("refs/heads/{branch}");
        check_ref_name(&name)?;
        let lease = expected.map_or(Ok(""), |sha| check_object_id(sha.as_str()))?;
        let output = self
            .call(repository, "push")
            .args(["--quiet", "--porcelain", "--no-verify", "--no-follow-tags"])
            .arg(format!("--force-with-lease={name}:{lease}"))
            .args(["--", &self.url])
            .arg(format!("{}:{name}", check_object_id(commit.as_str())?))
            .outcome()?;
        if output.status.success() {
            return Ok(PushOutcome::Done);
        }
        let answer = String::from_utf8_lossy(&output.stdout);
        let refusal = answer.lines().find(|line| line.starts_with('!'));
        match refusal.map(|line| line.rsplit('\t').next().unwrap_or(line)) {
            Some(reason) if reason.starts_with("[rejected]") => {
                Ok(PushOutcome::Stale(cut_message(reason.as_bytes())))
            }
            // Somebody was faster by a moment: the next try sees where the branch is.
            Some(reason) if !is_race(reason) => {
                let said = cut_message(&output.stderr);
                Ok(PushOutcome::Rejected(format!(
                    "{} {said}",
                    cut_message(reason.as_bytes())
                )))
            }
            Some(_) | None => Err(failed("push", &output)),
        }
    }

    fn call(&self, repository: &Repository, verb: &str) -> Invocation {
        let mut settings = Vec::new();
        if let Some(protocol) = self.protocol() {
            settings.push((format!("protocol.{protocol}.allow"), "always".to_owned()));
        }
        if let Some(header) = &self.authorization {
            settings.push((format!("http.{}.extraHeader", self.url), header.clone()));
        }
        let mut call = repository
            .run(verb)
            .env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (number, (key, value)) in settings.into_iter().enumerate() {
            call = call
                .env(&format!("GIT_CONFIG_KEY_{number}"), key)
                .env(&format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        call
    }

    /// The one protocol besides local paths that this remote needs; `ext::` and the like are never allowed.
    fn protocol(&self) -> Option<&'static str> {
        match self.url.split_once("://") {
            Some(("https", _)) => Some("https"),
            Some(("http", _)) => Some("http"),
            Some(("ssh", _)) => Some("ssh"),
            Some(_) => None,
            None if !self.url.starts_with('/') && !self.url.contains("::") && self.url.contains(':') => {
                Some("ssh")
            }
            None => None,
        }
    }
}

impl fmt::Debug for Remote {
    /// Without the header and without credentials in the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", cut_message(self.url.as_bytes()))
    }
}

fn is_race(reason: &str) -> bool {
    [
        "cannot lock ref",
        "failed to update ref",
        "reference already exists",
        "failed to lock",
    ]
    .iter()
    .any(|words| reason.contains(words))
}
