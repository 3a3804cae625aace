//! Where a run begins: its start, the default branch beside it, both pinned, and what of the work tree has to go.

use std::thread;

use pipeline_core::evidence::Document;
use pipeline_core::id::{BranchName, CommitSha, TreeSha};
use pipeline_core::job::StartPoint;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::{Checkout, CheckoutSpec};

use super::project::Project;
use crate::checkout::{Wanted, checked};
use crate::documents;
use crate::error::GitError;
use crate::mirror::{Joined, MergeNote, Pin, remote_name};
use crate::repository::{Found, check_object_id};

/// What a checkout is made of.
struct Beginning {
    start: CommitSha,
    base: Option<CommitSha>,
    untouched: Option<TreeSha>,
    /// The forge was asked for it.
    fetched: bool,
}

/// What the mirror knows of it, asked with one program.
struct Known {
    start: Option<CommitSha>,
    base: Option<CommitSha>,
    default: Option<CommitSha>,
    /// The tree of the commit that was asked about.
    tree: Option<TreeSha>,
    /// Something of it is to be removed.
    removes: bool,
}

impl Project {
    pub(super) fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        let beginning = self.begin(spec)?;
        let wanted = Wanted {
            run: spec.run,
            branch: &spec.branch,
            start: &beginning.start,
            base: beginning.base.as_ref(),
            remove: &spec.remove,
            untouched: beginning.untouched.as_ref(),
            clean: spec.clean,
        };
        let make = || self.checkouts.make(&self.mirror, &wanted);
        let is_fresh = spec.from_default.is_empty()
            || beginning.fetched
            || self.just_fetched.take(&beginning.start, self.clock.now());
        let directory = if is_fresh {
            make()?
        } else {
            self.while_fetching(make)?
        };
        Ok(Checkout {
            directory,
            from_default: self.at_default(&spec.from_default)?,
            start: beginning.start,
        })
    }

    /// The forge is asked while the files are written: neither needs the other.
    fn while_fetching<T>(&self, work: impl FnOnce() -> Result<T, PortError>) -> Result<T, PortError> {
        thread::scope(|scope| {
            let fetch = scope.spawn(|| self.mirror.fetch());
            let done = work();
            match fetch.join() {
                Ok(fetched) => fetched?,
                Err(_) => return Err(PortError::retry("the fetch was cut off")),
            }
            done
        })
    }

    fn at_default(&self, paths: &[String]) -> Result<Vec<Document>, PortError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        documents::at_default(&self.mirror, paths)
    }

    /// The same for a run however often it is asked.
    fn begin(&self, spec: &CheckoutSpec) -> Result<Beginning, PortError> {
        let told = match &spec.start {
            StartPoint::Branch { head } => Some(head),
            StartPoint::DefaultBranch { .. } => None,
        };
        let mut known = self.known(spec, told)?;
        let mut fetched = false;
        let start = match (&known.start, told) {
            (Some(start), _) => start.clone(),
            (None, Some(head)) if known.tree.is_some() => head.clone(),
            (None, _) => {
                fetched = true;
                self.resolve(&spec.start, &spec.branch)?
            }
        };
        if told != Some(&start) || fetched {
            known = self.known(spec, Some(&start))?;
        }
        let mut pins = Vec::new();
        if known.start.is_none() {
            pins.push((Pin::Start(spec.run), &start));
        }
        if let (None, Some(default)) = (&known.base, &known.default) {
            pins.push((Pin::Base(spec.run), default));
        }
        self.mirror.pin_all(&pins)?;
        Ok(Beginning {
            base: known.base.or(known.default),
            untouched: known.tree.filter(|_| !known.removes),
            start,
            fetched,
        })
    }

    fn known(&self, spec: &CheckoutSpec, start: Option<&CommitSha>) -> Result<Known, GitError> {
        let default = remote_name(&self.mirror.default_branch)?;
        let names = [Pin::Start(spec.run).name(), Pin::Base(spec.run).name(), default];
        let mut questions: Vec<String> = names.map(|name| format!("{name}^{{commit}}")).into();
        if let Some(start) = start {
            let start = check_object_id(start.as_str())?;
            questions.push(format!("{start}^{{commit}}^{{tree}}"));
            let removed = checked(&spec.remove)?;
            questions.extend(removed.iter().map(|path| format!("{start}:{path}")));
        }
        let mut found = self.mirror.repository.look_up(&questions)?.into_iter();
        let mut next = || found.next().flatten();
        Ok(Known {
            start: next().map(Found::commit),
            base: next().map(Found::commit),
            default: next().map(Found::commit),
            tree: next().map(Found::tree),
            removes: found.any(|removed| removed.is_some()),
        })
    }

    fn resolve(&self, start: &StartPoint, branch: &BranchName) -> Result<CommitSha, PortError> {
        match start {
            StartPoint::Branch { head } => {
                self.mirror.require(head)?;
                Ok(head.clone())
            }
            StartPoint::DefaultBranch { with } => {
                self.mirror.fetch()?;
                let default = self.mirror.default_head()?;
                with.as_ref()
                    .map_or_else(|| Ok(default.clone()), |with| self.joined(with, &default, branch))
            }
        }
    }

    fn joined(
        &self,
        with: &CommitSha,
        default: &CommitSha,
        branch: &BranchName,
    ) -> Result<CommitSha, PortError> {
        self.mirror.require(with)?;
        let note = MergeNote {
            into: branch.as_str(),
            at: self.clock.now(),
        };
        match self.mirror.join(with, default, &note)? {
            Joined::Contained(commit) | Joined::Merged(commit) => Ok(commit),
            Joined::Conflict(files) => Err(PortError::Conflict(format!(
                "'{}' cannot be merged into {with}; conflicts in {}",
                self.mirror.default_branch,
                files.join(", ")
            ))),
        }
    }
}
