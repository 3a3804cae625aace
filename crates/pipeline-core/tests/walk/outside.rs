//! The branch as read: its head, its statuses, its pull request and what people said of that.

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState, PullReview, ReviewState};
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;

use crate::normal::{FINDING, OTHER};
use crate::start::{NOW, THEN};

/// What the branch looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Green,
    Red,
    RedWithLog,
    RedWithOther,
    Runs,
    Silent,
    DefaultRed,
    Gone,
    Descends,
    Foreign,
    Merged,
    MergedElsewhere,
    MergedElsewhereGreen,
    MergedBefore,
    Closed,
    OtherBranch,
    /// The pull request is approved, changes are asked for, or a yes was taken back.
    Approved,
    Objected,
    ObjectedOtherwise,
    Dismissed,
}

/// The branch as read.
pub(crate) fn head(task: &Task, seen: Seen) -> HeadObservation {
    let ours = task.head.clone();
    let theirs = Some(CommitSha::new("n-foreign"));
    let (head, descends) = match seen {
        Seen::Gone => (None, false),
        Seen::Descends => (theirs, true),
        Seen::Foreign => (theirs, false),
        Seen::Green
        | Seen::Red
        | Seen::RedWithLog
        | Seen::RedWithOther
        | Seen::Runs
        | Seen::Silent
        | Seen::DefaultRed
        | Seen::Merged
        | Seen::MergedElsewhere
        | Seen::MergedElsewhereGreen
        | Seen::MergedBefore
        | Seen::Closed
        | Seen::OtherBranch
        | Seen::Approved
        | Seen::Objected
        | Seen::ObjectedOtherwise
        | Seen::Dismissed => (ours, true),
    };
    let branch = if seen == Seen::OtherBranch {
        BranchName::new("other")
    } else {
        task.branch.clone()
    };
    HeadObservation {
        branch,
        head,
        descends,
        statuses: statuses(seen),
        pull_request: pull_request(task, seen),
        default_branch: BranchName::new("main"),
        default_head: CommitSha::new("n-main"),
        red_on_default: if seen == Seen::DefaultRed {
            vec!["ci/test".to_owned()]
        } else {
            Vec::new()
        },
    }
}

fn statuses(seen: Seen) -> Vec<CommitStatus> {
    let state = match seen {
        Seen::Red | Seen::RedWithLog | Seen::RedWithOther | Seen::DefaultRed => StatusState::Failure,
        Seen::Runs => StatusState::Pending,
        Seen::Silent | Seen::MergedElsewhere | Seen::MergedBefore => return Vec::new(),
        Seen::Green
        | Seen::Gone
        | Seen::Descends
        | Seen::Foreign
        | Seen::Merged
        | Seen::MergedElsewhereGreen
        | Seen::Closed
        | Seen::OtherBranch
        | Seen::Approved
        | Seen::Objected
        | Seen::ObjectedOtherwise
        | Seen::Dismissed => StatusState::Success,
    };
    vec![CommitStatus {
        context: "ci/test".to_owned(),
        state,
        description: String::new(),
        url: None,
        log_tail: [(Seen::RedWithLog, FINDING), (Seen::RedWithOther, OTHER)]
            .into_iter()
            .find_map(|(with, log)| (with == seen).then(|| log.to_owned())),
    }]
}

fn pull_request(task: &Task, seen: Seen) -> Option<PullRequest> {
    let merged = |head: CommitSha, at: Timestamp| PullRequestState::Merged {
        head,
        commit: CommitSha::new("n-merge"),
        at,
    };
    let ours = task.head.clone()?;
    let state = match seen {
        Seen::Merged => merged(ours, NOW),
        Seen::MergedBefore => merged(ours, Timestamp(THEN.0 - 1)),
        Seen::MergedElsewhere | Seen::MergedElsewhereGreen => merged(CommitSha::new("n-other"), NOW),
        Seen::Closed => PullRequestState::Closed,
        Seen::Green
        | Seen::Red
        | Seen::RedWithLog
        | Seen::RedWithOther
        | Seen::Runs
        | Seen::Silent
        | Seen::DefaultRed
        | Seen::Gone
        | Seen::Descends
        | Seen::Foreign
        | Seen::OtherBranch
        | Seen::Approved
        | Seen::Objected
        | Seen::ObjectedOtherwise
        | Seen::Dismissed => PullRequestState::Open,
    };
    Some(PullRequest {
        number: task.pull_request?,
        url: None,
        state,
        reviews: reviews(task, seen),
        approvals_missing: 0,
    })
}

/// What a person says of the head in the forge.
fn reviews(task: &Task, seen: Seen) -> Vec<PullReview> {
    let said = |state, text: &str| {
        let review = |commit: &CommitSha| PullReview {
            author: "rob".to_owned(),
            state,
            commit: commit.clone(),
            at: NOW,
            text: text.to_owned(),
        };
        task.head.iter().map(review).collect()
    };
    if seen == Seen::Approved {
        said(ReviewState::Approved, "")
    } else if seen == Seen::Objected {
        said(ReviewState::ChangesRequested, FINDING)
    } else if seen == Seen::ObjectedOtherwise {
        said(ReviewState::ChangesRequested, OTHER)
    } else if seen == Seen::Dismissed {
        said(ReviewState::Commented, "")
    } else {
        Vec::new()
    }
}
