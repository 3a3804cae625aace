//! What every workspace has to do.

pub mod branches;
pub mod harvests;
pub mod merging;
pub mod reading;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::effect::StartBranch;
use pipeline_core::id::{BranchName, CommitSha, RunId, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::workspace::{Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::role::Role;

/// A workspace whose default branch holds a commit, an agent that works in its checkouts, and people who push.
#[async_trait]
pub trait WorkspaceHarness: Send + Sync {
    /// The workspace.
    fn workspace(&self) -> Arc<dyn Workspace>;

    /// The head of a branch in the forge.
    async fn head(&self, branch: &BranchName) -> Option<CommitSha>;

    /// Somebody commits these files on top of the default branch.
    async fn push_to_default(&self, files: &[(&str, &str)]) -> CommitSha;

    /// Somebody commits these files on top of a branch, which begins at the default branch when it is not there.
    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha;

    /// The agent writes a file; without a text it deletes it.
    async fn write(&self, directory: &Path, path: &str, text: Option<&str>);

    /// The text of a file in a checkout.
    async fn file(&self, directory: &Path, path: &str) -> Option<String>;

    /// The agent commits everything itself.
    async fn commit(&self, directory: &Path, message: &str);

    /// The agent replaces the history by one that does not descend from the start.
    async fn rewrite_history(&self, directory: &Path);
}

suite! {
    Arc<dyn WorkspaceHarness>:
    branches {
        a_branch_is_started_with_its_files,
        a_branch_is_started_once,
        a_branch_that_is_not_ours_is_a_conflict,
        a_pinned_commit_is_pushed_once,
        a_branch_that_moved_is_not_overwritten,
        a_branch_that_must_not_exist_is_not_overwritten,
        released_checkouts_can_be_made_again,
        work_that_is_not_pinned_is_kept,
    }
    harvests {
        a_checkout_starts_where_it_was_told,
        a_checkout_that_is_made_again_starts_at_the_same_commit,
        removed_documents_are_not_in_the_checkout,
        nothing_done_is_the_start_commit,
        uncommitted_work_is_committed,
        committed_work_is_taken_as_it_is,
        a_harvest_that_is_repeated_is_the_same,
        code_and_documents_have_trees_of_their_own,
        a_rewritten_history_is_refused,
    }
    merging {
        a_head_on_the_default_branch_is_up_to_date,
        a_default_branch_that_moved_is_merged,
        a_merge_that_is_repeated_is_harmless,
        an_own_merge_is_known_again,
        a_conflict_names_its_files,
        a_run_can_start_from_the_default_branch,
        a_run_can_start_from_both,
    }
    reading {
        documents_are_read_at_their_commit,
        what_does_not_exist_is_left_out,
        directories_are_listed,
        the_default_branch_is_read_freshly,
        files_of_the_default_branch_go_along_with_a_checkout,
        an_unknown_commit_is_not_evidence,
    }
}

fn branch() -> BranchName {
    BranchName::new("feature/ET-001-add-a-greeting")
}

fn work_item() -> WorkItemId {
    WorkItemId::new("ET-001")
}

const DOCUMENT: &str = "docs/work-items/ET-001/00-business-request.md";

fn start() -> StartBranch {
    StartBranch {
        branch: branch(),
        files: vec![(DOCUMENT.to_owned(), "Add a greeting.\n".to_owned())],
        message: "docs: init ET-001 business request\n\nOrchd-Effect: 1-e1".to_owned(),
    }
}

/// The branch with its first commit.
async fn started(harness: &Arc<dyn WorkspaceHarness>) -> CommitSha {
    harness.workspace().start_branch(&start()).await.unwrap()
}

fn on_branch(run: RunId, head: &CommitSha) -> CheckoutSpec {
    CheckoutSpec {
        run,
        branch: branch(),
        start: StartPoint::Branch { head: head.clone() },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: false,
    }
}

fn harvest_of(run: RunId) -> HarvestSpec {
    HarvestSpec {
        run,
        branch: branch(),
        role: Role::new(Role::DEVELOPER),
        work_item: work_item(),
        message: format!("developer(ET): auto-commit from developer run_id={run}"),
    }
}

async fn checkout(harness: &Arc<dyn WorkspaceHarness>, spec: &CheckoutSpec) -> Checkout {
    harness.workspace().checkout(spec).await.unwrap()
}
