//! Throw-away checkouts of one branch, a directory per run. Only so many stay until the branch is released.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use pipeline_core::id::RunId;

use super::removal::remove_tree;
use crate::error::GitError;

/// Of earlier jobs, for whoever looks into why a command failed. It may also still be stopping.
const EARLIER_JOBS_KEPT: usize = 1;

/// Makes room for a run's checkout: its own place, those of attempts at the same job, which were lost, and those of jobs
/// that a newer one has followed. A later job's is never touched: it may be running.
pub(super) fn make_room(parent: &Path, run: RunId) -> Result<(), GitError> {
    let mut earlier = Vec::new();
    for name in names(parent)? {
        match name.parse::<RunId>() {
            Ok(other) if other.job == run.job && other.fence <= run.fence => {
                remove_tree(&parent.join(&name))?;
            }
            Ok(other) if other.job < run.job => earlier.push(other),
            Ok(_) | Err(_) => {}
        }
    }
    earlier.sort_by_key(|other| Reverse(*other));
    for other in earlier.iter().skip(EARLIER_JOBS_KEPT) {
        remove_tree(&parent.join(other.to_string()))?;
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>, GitError> {
    let failed = || GitError::io("list", folder);
    fs::read_dir(folder)
        .map_err(failed())?
        .map(|entry| Ok(entry.map_err(failed())?.file_name()))
        .filter_map(|name| name.map(|name| name.into_string().ok()).transpose())
        .collect()
}
