//! What an agent works in.

use pipeline_core::id::CommitSha;

use crate::fake::repo::Files;

/// A work tree: its files, and the commits that the agent made itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkTree {
    pub(super) files: Files,
    /// Files and message of each commit that the agent made.
    pub(super) commits: Vec<(Files, String)>,
    /// The agent's history does not begin at the start any more.
    pub(super) rewritten: bool,
    pub(super) start: CommitSha,
}

impl WorkTree {
    /// A work tree that starts with these files.
    #[must_use]
    pub(super) fn new(start: CommitSha, files: Files) -> Self {
        Self {
            files,
            commits: Vec::new(),
            rewritten: false,
            start,
        }
    }

    /// A tree that belongs to no checkout, for runs that need none.
    #[must_use]
    pub(crate) fn detached() -> Self {
        Self::new(CommitSha::new("0".repeat(40)), Files::new())
    }

    /// The commit it started from.
    #[must_use]
    pub fn start(&self) -> &CommitSha {
        &self.start
    }

    /// The text of a file.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Writes a file.
    pub fn write(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Deletes a file; nothing happens when it is not there.
    pub fn delete(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Commits as the agent.
    pub fn commit(&mut self, message: &str) {
        self.commits.push((self.files.clone(), message.to_owned()));
    }

    /// Replaces the history, so that it does not descend from the start.
    pub fn rewrite_history(&mut self) {
        self.rewritten = true;
    }
}
