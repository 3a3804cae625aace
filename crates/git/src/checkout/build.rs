//! A checkout written from nothing: a fresh git directory that borrows the mirror's objects, has no remote, and holds the
//! start commit on the task's branch.

use std::fs;
use std::path::Path;

use pipeline_core::id::{BranchName, CommitSha, TreeSha};

use super::drafts;
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::repository::{Layout, Repository, TreePatch, check_path, lay_out};

/// What to build.
pub(super) struct Plan<'a> {
    pub(super) branch: &'a BranchName,
    pub(super) start: &'a CommitSha,
    /// The default branch, pinned as everything that a checkout borrows.
    pub(super) base: Option<&'a CommitSha>,
    /// Paths that the work tree shall not have; HEAD still has them.
    pub(super) remove: &'a [String],
    /// The start's tree, when it is known that nothing is removed from it.
    pub(super) whole: Option<&'a TreeSha>,
    /// Where; nothing is there yet.
    pub(super) folder: &'a Path,
}

/// Of the agent's own git; ours never reads it after the checkout was handed over.
const CONFIG: &str = "\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[user]
\tname = orchd agent
\temail = agent@orchd.local
[gc]
\tauto = 0
[maintenance]
\tauto = false
";

/// The work tree as it will be handed over.
pub(super) fn untouched_tree(mirror: &Mirror, plan: &Plan<'_>) -> Result<TreeSha, GitError> {
    if let Some(whole) = plan.whole {
        return Ok(whole.clone());
    }
    if plan.remove.is_empty() {
        return mirror.repository.tree(plan.start);
    }
    let patch = TreePatch {
        remove: checked(plan.remove)?,
        write: Vec::new(),
    };
    mirror.repository.patched_tree(plan.start.as_str(), &patch)
}

/// Builds beside the place, under a name that nobody had before, and renames it in one step: a git that outlived our last daemon may still be
/// writing what it was told to.
pub(super) fn build(mirror: &Mirror, plan: &Plan<'_>, untouched: &TreeSha) -> Result<(), GitError> {
    let draft = drafts::begin(plan.folder)?;
    let own = init(mirror, plan, draft.path())?;
    own.run("read-tree")
        .work_tree(draft.path())
        .args(["--reset", "-u", untouched.as_str()])
        .bytes()?;
    if plan.whole.is_none() && !plan.remove.is_empty() {
        // The index gets what HEAD has and keeps what it knows of the files, so that the agent's first `git status` is quick.
        own.run("read-tree")
            .work_tree(draft.path())
            .args(["-m", plan.start.as_str()])
            .bytes()?;
    }
    fs::rename(draft.path(), plan.folder).map_err(GitError::io("rename the checkout to", plan.folder))?;
    let _ = draft.keep();
    Ok(())
}

fn init(mirror: &Mirror, plan: &Plan<'_>, draft: &Path) -> Result<Repository, GitError> {
    let head = format!("refs/heads/{}", plan.branch);
    let mut references = vec![(head.clone(), plan.start.clone())];
    if let Some(base) = plan.base {
        // For `git diff origin/main...`; there is no remote behind it.
        references.push((
            format!("refs/remotes/origin/{}", mirror.default_branch),
            base.clone(),
        ));
    }
    let own = Repository::open(mirror.repository.git(), draft.join(".git"));
    let layout = Layout {
        head: &head,
        config: CONFIG,
        references: &references,
        borrowed: &mirror.repository.path().join("objects"),
    };
    lay_out(own.path(), &layout)?;
    Ok(own)
}

/// A path that names nothing a repository can hold is an error, not a way to remove something else.
pub(crate) fn checked(paths: &[String]) -> Result<Vec<String>, GitError> {
    paths
        .iter()
        .map(|path| check_path(path.strip_suffix('/').unwrap_or(path)).map(str::to_owned))
        .collect()
}
