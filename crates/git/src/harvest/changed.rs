//! What a run changed. Normally the difference between its start and its head; but an agent that was told to merge the
//! default branch has other people's work in its head, which is not its own.

use std::collections::BTreeSet;

use pipeline_core::id::CommitSha;
use pipeline_core::run::ChangedPath;

use crate::error::GitError;
use crate::mirror::Mirror;

/// Paths that the default branch changed and that came in with a merge are compared with the default branch: the same
/// there is not the run's change; different is, also where a merge dropped what the default branch had changed. All
/// other paths are compared with the start, so that putting one back to what the default branch has cannot hide it.
pub(super) fn paths(
    mirror: &Mirror,
    start: &CommitSha,
    head: &CommitSha,
) -> Result<Vec<ChangedPath>, GitError> {
    if start == head {
        return Ok(Vec::new());
    }
    let since_start = mirror.repository.changed_paths(start, head)?;
    let Some(merged) = merged_default(mirror, start, head)? else {
        return Ok(since_start);
    };
    let theirs = mirror.repository.changed_paths(&merged.fork, &merged.commit)?;
    let theirs: BTreeSet<String> = theirs.into_iter().map(|changed| changed.path).collect();
    let since_merge = mirror.repository.changed_paths(&merged.commit, head)?;
    let own = since_start
        .into_iter()
        .filter(|changed| !theirs.contains(&changed.path));
    let on_theirs = since_merge
        .into_iter()
        .filter(|changed| theirs.contains(&changed.path));
    let mut all: Vec<ChangedPath> = own.chain(on_theirs).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(all)
}

/// A commit of the default branch that the head contains and the start does not.
struct MergedDefault {
    commit: CommitSha,
    /// Where it and the start parted.
    fork: CommitSha,
}

/// The newest such commit, by the default branch as of the last fetch: an agent cannot move that.
fn merged_default(
    mirror: &Mirror,
    start: &CommitSha,
    head: &CommitSha,
) -> Result<Option<MergedDefault>, GitError> {
    let repository = &mirror.repository;
    let Some(default) = mirror.branch_head(&mirror.default_branch)? else {
        return Ok(None);
    };
    // The usual run: everything that is new stands on its start alone.
    if repository.footing(head, &[start, &default])? == [start.clone()] {
        return Ok(None);
    }
    for commit in repository.merge_bases(head, &default)? {
        match repository.merge_base(start, &commit)? {
            Some(fork) if fork != commit => return Ok(Some(MergedDefault { commit, fork })),
            Some(_) | None => {}
        }
    }
    Ok(None)
}
