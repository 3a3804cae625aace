//! References: read, listed, moved with a look at where they were.

use pipeline_core::id::CommitSha;

use super::{Repository, check_object_id, check_ref_name, commit_sha};
use crate::error::GitError;

/// A reference and what it points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The full name, `refs/heads/main`.
    pub name: String,
    /// The commit (of an annotated tag, too).
    pub target: CommitSha,
}

/// What a reference has to be for an update to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefExpectation<'a> {
    /// Whatever it is.
    Any,
    /// It must not exist.
    Absent,
    /// Exactly this.
    At(&'a CommitSha),
}

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefUpdate {
    /// It points to the new commit.
    Updated,
    /// It was not what was expected; nothing happened.
    Refused {
        /// What it is.
        found: Option<CommitSha>,
    },
}

impl Repository {
    /// The commit that a revision names; none when there is no such thing.
    pub fn rev_parse(&self, revision: &str) -> Result<Option<CommitSha>, GitError> {
        self.verify(&format!("{revision}^{{commit}}"))?
            .map(|answer| commit_sha("rev-parse", &answer))
            .transpose()
    }

    /// The object id of any revision expression.
    pub(crate) fn verify(&self, expression: &str) -> Result<Option<String>, GitError> {
        let output = self
            .run("rev-parse")
            .args(["--verify", "--quiet", "--end-of-options", expression])
            .outcome()?;
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !answer.is_empty()).then_some(answer))
    }

    /// The branch that HEAD names, without `refs/heads/`, whether it exists or not.
    pub fn default_branch(&self) -> Result<String, GitError> {
        let name = self.run("symbolic-ref").args(["--quiet", "HEAD"]).text()?;
        Ok(name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned())
    }

    /// All references whose name is `prefix` or begins with `prefix/`, by name. Tags of something that is no commit are left out.
    pub fn for_each_ref(&self, prefix: &str) -> Result<Vec<Reference>, GitError> {
        let listing = self
            .run("for-each-ref")
            .arg("--format=%(refname)%00%(if)%(*objectname)%(then)%(*objecttype) %(*objectname)%(else)%(objecttype) %(objectname)%(end)")
            .args(["--", prefix])
            .bytes()?;
        String::from_utf8_lossy(&listing)
            .lines()
            .filter_map(|line| {
                let (name, target) = line.split_once('\0')?;
                Some((name, target.strip_prefix("commit ")?))
            })
            .map(|(name, target)| {
                Ok(Reference {
                    name: name.to_owned(),
                    target: commit_sha("for-each-ref", target)?,
                })
            })
            .collect()
    }

    /// Points a reference at a commit if it is what was expected. Compared and written in one step.
    pub fn update_ref(
        &self,
        name: &str,
        new: &CommitSha,
        expected: RefExpectation<'_>,
    ) -> Result<RefUpdate, GitError> {
        check_ref_name(name)?;
        check_object_id(new.as_str())?;
        self.transact(
            name,
            &format!("update {name}\0{new}\0{}\0", old(expected)?),
            expected,
        )
    }

    /// Makes references that must not exist yet: all of them, or none and an error.
    pub(crate) fn create_refs(&self, references: &[(String, &CommitSha)]) -> Result<(), GitError> {
        let mut orders = String::new();
        for (name, commit) in references {
            let (name, commit) = (check_ref_name(name)?, check_object_id(commit.as_str())?);
            orders.push_str(&format!("create {name}\0{commit}\0"));
        }
        self.run("update-ref")
            .args(["--no-deref", "--stdin", "-z"])
            .stdin(orders)
            .bytes()
            .map(drop)
    }

    /// Removes a reference if it is what was expected. One that is not there is `Updated`.
    pub fn delete_ref(&self, name: &str, expected: RefExpectation<'_>) -> Result<RefUpdate, GitError> {
        check_ref_name(name)?;
        if self.verify(name)?.is_none() {
            return Ok(RefUpdate::Updated);
        }
        self.transact(name, &format!("delete {name}\0{}\0", old(expected)?), expected)
    }

    /// Names the branch that HEAD stands for.
    pub fn set_default_branch(&self, branch: &str) -> Result<(), GitError> {
        let name = format!("refs/heads/{branch}");
        check_ref_name(&name)?;
        self.run("symbolic-ref").args(["HEAD", &name]).bytes().map(drop)
    }

    fn transact(&self, name: &str, order: &str, expected: RefExpectation<'_>) -> Result<RefUpdate, GitError> {
        let written = self
            .run("update-ref")
            .args(["--no-deref", "--stdin", "-z"])
            .stdin(order)
            .bytes();
        let Err(error) = written else {
            return Ok(RefUpdate::Updated);
        };
        let found = self
            .verify(name)?
            .map(|answer| commit_sha("rev-parse", &answer))
            .transpose()?;
        let as_expected = match expected {
            RefExpectation::Any => true,
            RefExpectation::Absent => found.is_none(),
            RefExpectation::At(commit) => found.as_ref() == Some(commit),
        };
        if as_expected {
            Err(error)
        } else {
            Ok(RefUpdate::Refused { found })
        }
    }
}

/// The old value in the form of `update-ref --stdin -z`: empty for any, zeros for absent.
fn old(expected: RefExpectation<'_>) -> Result<String, GitError> {
    Ok(match expected {
        RefExpectation::Any => String::new(),
        RefExpectation::Absent => "0".repeat(40),
        RefExpectation::At(commit) => check_object_id(commit.as_str())?.to_owned(),
    })
}
