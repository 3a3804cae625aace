//! A commit with new files made by one program: an index of a large tree need not be written for them.

use std::fs;

use pipeline_core::id::CommitSha;
use pipeline_core::time::Timestamp;

use super::commits::with_line_end;
use super::{Identity, Repository, check_object_id, check_path, commit_sha};
use crate::error::GitError;

/// The importer wants a name for what it makes; it is taken back before it is written.
const NOBODYS: &str = "refs/orchd/made";

/// A commit that adds or replaces files.
pub(crate) struct FilesCommit<'a> {
    /// Its only parent.
    pub(crate) parent: &'a CommitSha,
    /// Paths and texts.
    pub(crate) files: &'a [(String, String)],
    /// Author and committer.
    pub(crate) by: &'a Identity,
    /// When, by the caller's clock; equal commits get equal ids.
    pub(crate) at: Timestamp,
    /// The whole message.
    pub(crate) message: &'a str,
}

impl Repository {
    /// Makes a commit object; no reference points to it yet.
    pub(crate) fn commit_files(&self, commit: &FilesCommit<'_>) -> Result<CommitSha, GitError> {
        let made = self
            .run("fast-import")
            // The name that is taken back may be anywhere.
            .args(["--quiet", "--done", "--force"])
            .stdin(orders(commit)?)
            .text();
        if made.is_err() {
            self.remove_crash_reports();
        }
        commit_sha("fast-import", &made?)
    }

    /// The error is told; nobody reads the file beside it.
    fn remove_crash_reports(&self) {
        for entry in fs::read_dir(self.path()).into_iter().flatten().flatten() {
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with("fast_import_crash_")
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// In the language of git-fast-import(1).
fn orders(commit: &FilesCommit<'_>) -> Result<String, GitError> {
    let parent = check_object_id(commit.parent.as_str())?;
    let nothing = "0".repeat(parent.len());
    let who = format!(
        "{} <{}> {} +0000",
        commit.by.name,
        commit.by.email,
        commit.at.0.div_euclid(1000)
    );
    let message = with_line_end(commit.message);
    let mut orders = format!(
        "commit {NOBODYS}\nmark :1\nauthor {who}\ncommitter {who}\n{}from {parent}\n",
        data(&message)
    );
    for (path, text) in commit.files {
        orders.push_str(&format!(
            "M 100644 inline {}\n{}",
            quoted(check_path(path)?),
            data(text)
        ));
    }
    orders.push_str(&format!(
        "\nget-mark :1\nreset {NOBODYS}\nfrom {nothing}\n\ndone\n"
    ));
    Ok(orders)
}

fn data(text: &str) -> String {
    format!("data {}\n{text}\n", text.len())
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}
