//! What every forge has to do.

pub mod reading;
pub mod statuses;
pub mod merging;

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::effect::{CommitStatus, MergeStyle, StatusState};
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::port::forge::{Forge, MergeRequest};

/// A forge with a repository whose default branch holds a commit, and the people who push to it.
#[async_trait]
pub trait ForgeHarness: Send + Sync {
    /// The forge.
    fn forge(&self) -> Arc<dyn Forge>;

    /// Somebody commits these files on top of the branch and pushes it; it begins at the default branch when it is not there.
    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha;

    /// Somebody replaces the branch by one commit on the default branch.
    async fn force_push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha;

    /// Somebody closes a pull request; false where that cannot be done.
    async fn close(&self, _pull_request: u64) -> bool {
        false
    }

    /// The text of a file at a branch's head.
    async fn file(&self, branch: &BranchName, path: &str) -> Option<String>;

    /// The parents of a commit.
    async fn parents(&self, commit: &CommitSha) -> Vec<CommitSha>;
}

suite! {
    Arc<dyn ForgeHarness>:
    reading {
        a_forge_in_order_passes_its_check,
        a_missing_branch_is_an_observation,
        a_branch_is_read_with_its_head,
        a_head_descends_from_what_we_pushed,
        a_replaced_head_does_not_descend,
        a_pull_request_is_opened_once,
        a_pull_request_of_a_missing_branch_is_refused,
        a_closed_pull_request_gives_way_to_a_new_one,
    }
    statuses {
        the_newest_status_of_a_context_wins,
        statuses_belong_to_their_commit,
        our_own_contexts_are_left_out,
        red_contexts_of_the_default_branch_are_named,
        a_status_keeps_what_was_said,
    }
    merging {
        every_style_brings_the_files_into_the_default_branch,
        a_merge_commit_has_both_parents,
        a_squash_is_one_commit,
        a_merge_is_answered_again,
        a_moved_head_is_refused,
        a_conflict_is_refused,
        a_closed_pull_request_is_not_merged,
        a_merged_pull_request_says_so,
        a_merge_joins_what_moved_meanwhile,
    }
}

fn branch() -> BranchName {
    BranchName::new("feature/ET-001-add-a-greeting")
}

async fn open(harness: &Arc<dyn ForgeHarness>) -> u64 {
    let opened = harness
        .forge()
        .open_pull_request(&branch(), "ET-001: add a greeting", "The body.")
        .await;
    opened.unwrap().number
}

fn request(pull_request: u64, head: &CommitSha, style: MergeStyle) -> MergeRequest {
    MergeRequest {
        pull_request,
        head: head.clone(),
        style,
        message: "ET-001: add a greeting\n\nTask: 1".to_owned(),
    }
}

fn status(context: &str, state: StatusState) -> CommitStatus {
    CommitStatus {
        context: context.to_owned(),
        state,
        description: "in one line".to_owned(),
        url: None,
        log_tail: None,
    }
}
