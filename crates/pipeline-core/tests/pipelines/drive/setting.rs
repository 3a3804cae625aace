//! The issue and the project that a driven task belongs to.

use std::collections::BTreeMap;

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{ActivityId, BranchName, IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::order::{BoardOrder, BoardOrderKind};
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::run::RunRecord;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;

pub(crate) fn item() -> ItemObservation {
    ItemObservation {
        issue: IssueId::new("i1"),
        sequence: 1,
        title: "Mend the greeting".to_owned(),
        description: "It greets nobody, and it should greet.".to_owned(),
        column: None,
        deleted: false,
        created_at: Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

pub(crate) fn project() -> Project {
    Project {
        id: ProjectId::new("et"),
        name: "Example".to_owned(),
        repo: "example".to_owned(),
        prefix: "ET".to_owned(),
        default_branch: BranchName::new("main"),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::from([("test".to_owned(), "make audit test".to_owned())]),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

/// What every run takes.
pub(crate) fn record() -> RunRecord {
    RunRecord {
        duration_ms: 61_000,
        usage: Usage {
            input_tokens: 1_000,
            output_tokens: 300,
            cost_usd: 0.25,
            ..Usage::default()
        },
        model: Some("anthropic/claude-opus-4".to_owned()),
        ..RunRecord::default()
    }
}

/// The move that starts a task.
pub(crate) fn started() -> BoardOrder {
    BoardOrder {
        id: ActivityId::new("a"),
        at: Timestamp(1),
        by: "ann".to_owned(),
        what: BoardOrderKind::InProgress,
    }
}
