//! Three-way merges of whole files.

use std::collections::BTreeSet;

use pipeline_core::id::CommitSha;

use crate::fake::repo::objects::{Files, Objects};

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// These files.
    Clean(Files),
    /// Both sides changed these files, differently.
    Conflict(Vec<String>),
}

impl Objects {
    /// Merges two commits against their nearest common ancestor.
    #[must_use]
    pub fn merge(&self, ours: &CommitSha, theirs: &CommitSha) -> Merged {
        let base = self.common(ours, theirs);
        let base = base.map(|base| self.files(&base).clone()).unwrap_or_default();
        let (one, other) = (self.files(ours), self.files(theirs));
        let paths: BTreeSet<&String> = base.keys().chain(one.keys()).chain(other.keys()).collect();
        let mut merged = Files::new();
        let mut conflicts = Vec::new();
        for path in paths {
            let (old, left, right) = (base.get(path), one.get(path), other.get(path));
            let taken = if left == right || right == old {
                left
            } else if left == old {
                right
            } else {
                conflicts.push(path.clone());
                continue;
            };
            if let Some(text) = taken {
                merged.insert(path.clone(), text.clone());
            }
        }
        if conflicts.is_empty() {
            Merged::Clean(merged)
        } else {
            Merged::Conflict(conflicts)
        }
    }

    /// The nearest commit that both descend from.
    fn common(&self, ours: &CommitSha, theirs: &CommitSha) -> Option<CommitSha> {
        let before = self.history(ours);
        let mut shared = self.history(theirs);
        shared.retain(|commit| before.contains(commit));
        let is_nearest = |commit: &&CommitSha| {
            let mut others = shared.iter().filter(|other| other != commit);
            !others.any(|other| self.descends(other, commit))
        };
        shared.iter().find(is_nearest).cloned()
    }
}
