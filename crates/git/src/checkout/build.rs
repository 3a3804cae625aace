//! A checkout written from nothing: a fresh git directory that borrows the mirror's objects, has no remote, and holds the
//! start commit on the task's branch.

use std::fs;
use std::path::{Path, PathBuf};

use pipeline_core::id::{BranchName, CommitSha, TreeSha};

use super::removal::remove_tree;
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::repository::{RefExpectation, Repository, TreePatch, check_path, check_ref_name};
use crate::scratch::Scratch;

/// What to build.
pub(super) struct Plan<'a> {
    pub(super) branch: &'a BranchName,
    pub(super) start: &'a CommitSha,
    /// Paths that the work tree shall not have; HEAD still has them.
    pub(super) remove: &'a [String],
    /// Where; nothing is there yet.
    pub(super) folder: &'a Path,
}

/// The work tree as it will be handed over.
pub(super) fn untouched_tree(mirror: &Mirror, plan: &Plan<'_>) -> Result<TreeSha, GitError> {
    let patch = TreePatch {
        remove: checked(plan.remove)?,
        write: Vec::new(),
    };
    mirror.repository.patched_tree(plan.start.as_str(), &patch)
}

/// Builds beside the place and renames it in one step.
pub(super) fn build(mirror: &Mirror, plan: &Plan<'_>, untouched: &TreeSha) -> Result<(), GitError> {
    let draft = draft_path(plan.folder);
    remove_tree(&draft)?;
    let own = init(mirror, plan, &draft)?;
    write_files(mirror, untouched, &draft)?;
    own.run("read-tree").arg(plan.start.as_str()).bytes()?;
    // It exits with 1 where files were removed; all it is for is that the agent's first `git status` is quick.
    own.run("update-index")
        .work_tree(&draft)
        .args(["-q", "--refresh"])
        .outcome()?;
    fs::rename(&draft, plan.folder).map_err(GitError::io("rename the checkout to", plan.folder))
}

fn init(mirror: &Mirror, plan: &Plan<'_>, draft: &Path) -> Result<Repository, GitError> {
    let branch = format!("refs/heads/{}", plan.branch);
    check_ref_name(&branch)?;
    let git = mirror.repository.git();
    git.without_repository("init")
        .args(["--quiet", "--template="])
        .arg(format!("--initial-branch={}", plan.branch))
        .arg("--")
        .arg(draft)
        .bytes()?;
    let own = Repository::open(git, draft.join(".git"));
    let info = own.path().join("objects/info");
    fs::create_dir_all(&info).map_err(GitError::io("create", &info))?;
    let alternates = info.join("alternates");
    let borrowed = format!("{}\n", mirror.repository.path().join("objects").display());
    fs::write(&alternates, borrowed).map_err(GitError::io("write", &alternates))?;
    for (key, value) in [
        ("user.name", "orchd agent"),
        ("user.email", "agent@orchd.local"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
    ] {
        own.run("config").args([key, value]).bytes()?;
    }
    own.update_ref(&branch, plan.start, RefExpectation::Any)?;
    if let Some(default) = mirror.branch_head(&mirror.default_branch)? {
        // For `git diff origin/main...`; there is no remote behind it.
        let name = format!("refs/remotes/origin/{}", mirror.default_branch);
        own.update_ref(&name, &default, RefExpectation::Any)?;
    }
    Ok(own)
}

fn write_files(mirror: &Mirror, tree: &TreeSha, folder: &Path) -> Result<(), GitError> {
    let scratch = Scratch::new(&mirror.repository)?;
    let index = scratch.path().join("index");
    mirror
        .repository
        .run("read-tree")
        .index(&index)
        .arg(tree.as_str())
        .bytes()?;
    mirror
        .repository
        .run("checkout-index")
        .index(&index)
        .work_tree(folder)
        .args(["--all", "--quiet"])
        .bytes()
        .map(drop)
}

/// A path that names nothing a repository can hold is an error, not a way to remove something else.
fn checked(paths: &[String]) -> Result<Vec<String>, GitError> {
    paths
        .iter()
        .map(|path| check_path(path.strip_suffix('/').unwrap_or(path)).map(str::to_owned))
        .collect()
}

fn draft_path(folder: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".new-");
    name.push(folder.file_name().unwrap_or_default());
    folder.with_file_name(name)
}
