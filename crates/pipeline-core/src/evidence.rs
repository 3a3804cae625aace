//! Evidence: what gates judge. Requested by the rules, gathered by a job outside any transaction, logged by blob and commit.

use serde::{Deserialize, Serialize};

use crate::id::{BlobSha, CommitSha, TreeSha};
use crate::observation::HeadObservation;
use crate::time::Timestamp;

/// What the gates of a stage want to see, merged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EvidenceRequest {
    /// The commit at which documents are read.
    pub commit: Option<CommitSha>,
    /// Paths in the repository; one that ends in `/` lists that directory's files (without their text).
    pub paths: Vec<String>,
    /// The head with its statuses is wanted.
    pub head: bool,
    /// Documents that count at the default branch's head too, if they changed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_default: Option<OnDefault>,
}

/// Documents looked for at the head of the default branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDefault {
    /// The commit from which the run started: what stood there already is not new.
    pub since: CommitSha,
    /// Paths in the repository.
    pub paths: Vec<String>,
}

impl EvidenceRequest {
    /// Both requests in one; the same path is read once.
    pub fn merge(&mut self, other: Self) {
        self.commit = self.commit.take().or(other.commit);
        self.head |= other.head;
        self.on_default = self.on_default.take().or(other.on_default);
        for path in other.paths {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// The commit that was read.
    pub commit: Option<CommitSha>,
    /// That commit's tree without the work item's documents.
    pub code_tree: Option<TreeSha>,
    /// The tree of the work item's documents.
    pub docs_tree: Option<TreeSha>,
    /// The documents that exist, with their text.
    pub documents: Vec<Document>,
    /// Files in the directories asked for.
    pub listed: Vec<String>,
    /// Documents that changed on the default branch since the run began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_default: Vec<Document>,
    /// The branch head, when asked for.
    pub head: Option<HeadObservation>,
    /// Something could not be read; nothing may be concluded from what is missing.
    pub unavailable: Option<String>,
}

impl Evidence {
    /// The document at this path.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.path == path)
    }
}

/// A document as read from a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its path in the repository.
    pub path: String,
    /// Its blob, for the log.
    pub blob: BlobSha,
    /// Its bytes as text; invalid UTF-8 is replaced, and `lossy` says so.
    pub text: String,
    /// Bytes that are not UTF-8 were replaced.
    pub lossy: bool,
    /// The text was cut at the size limit.
    pub cut: bool,
}

/// A human's approval, as recorded in the task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The documents' tree that was shown.
    pub docs_tree: Option<TreeSha>,
}
