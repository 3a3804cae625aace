//! Many names asked at once: a program for each would take longer than its answer.

use pipeline_core::id::{CommitSha, TreeSha};

use super::{Repository, check_object_id};
use crate::error::GitError;

/// An object that an expression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    id: String,
}

impl Found {
    pub(crate) fn commit(self) -> CommitSha {
        CommitSha::new(self.id)
    }

    pub(crate) fn tree(self) -> TreeSha {
        TreeSha::new(self.id)
    }
}

impl Repository {
    /// What revision expressions name, in their order; none for what does not exist. A submodule is not an object of ours and counts as missing.
    pub(crate) fn look_up(&self, expressions: &[String]) -> Result<Vec<Option<Found>>, GitError> {
        let mut questions = String::new();
        for expression in expressions {
            if expression.contains('\n') {
                return Err(GitError::BadName {
                    text: expression.chars().take(200).collect(),
                    expected: "a revision expression on one line",
                });
            }
            questions.push_str(expression);
            questions.push('\n');
        }
        let listing = self
            .run("cat-file")
            .arg("--batch-check=%(objectname)")
            .stdin(questions)
            .bytes()?;
        let listing = String::from_utf8_lossy(&listing);
        // What is missing is repeated with a word to it, so only a bare id is an object.
        let found: Vec<Option<Found>> = listing
            .lines()
            .map(|line| check_object_id(line).ok().map(|id| Found { id: id.to_owned() }))
            .collect();
        if found.len() == expressions.len() {
            Ok(found)
        } else {
            Err(GitError::unexpected(
                "cat-file",
                listing.as_bytes(),
                "an answer to each question",
            ))
        }
    }
}
