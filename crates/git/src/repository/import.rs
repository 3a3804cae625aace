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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Git;
    use crate::repository::NewCommit;

    #[test]
    fn an_imported_commit_is_the_one_that_single_steps_make() {
        let home = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(&Git::new("git"), &home.path().join("r.git"), "main").unwrap();
        let by = Identity {
            name: "Ann".to_owned(),
            email: "ann@example.org".to_owned(),
        };
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let commit = |tree, parents, message: &str| NewCommit {
            tree,
            parents,
            author: by.clone(),
            committer: by.clone(),
            at: Timestamp(1_700_000_000_999),
            message: message.to_owned(),
        };
        let first = repository
            .tree_of_files(&[file("a/old", "old\n"), file("b", "b")])
            .unwrap();
        let parent = repository
            .commit_tree(&commit(first, Vec::new(), "first"))
            .unwrap();
        let files = [
            file("a/new \"quoted\" \\ письмо.md", "text\r\nwithout an end"),
            file("a/old", ""),
            file("b/now a folder", "data 3\ndone\n"),
        ];
        let message = "docs: тема\n\nOrchd-Effect: 1-e1\n\n";
        let made = FilesCommit {
            parent: &parent,
            files: &files,
            by: &by,
            at: Timestamp(1_700_000_000_999),
            message,
        };
        let tree = repository.tree_with_files(&parent, &files).unwrap();
        let expected = repository
            .commit_tree(&commit(tree, vec![parent.clone()], message))
            .unwrap();
        assert_eq!(repository.commit_files(&made).unwrap(), expected);
        assert_eq!(repository.for_each_ref("refs").unwrap(), []);
        let nowhere = FilesCommit {
            parent: &CommitSha::new("d".repeat(40)),
            ..made
        };
        repository.commit_files(&nowhere).unwrap_err();
        let left = fs::read_dir(repository.path()).unwrap();
        let reports = left.filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().contains("crash")
        });
        assert_eq!(reports.count(), 0);
    }
}
