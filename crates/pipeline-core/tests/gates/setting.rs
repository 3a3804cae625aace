//! A task at a gate, and the outcome as a line.

use std::collections::BTreeMap;

use pipeline_core::effect::MergeStyle;
use pipeline_core::evidence::{Document, Evidence};
use pipeline_core::gate::{GateInput, GateOutcome, gate};
use pipeline_core::id::{
    BlobSha, BranchName, CommitSha, IssueId, JobId, ProjectId, RunId, TaskId, TreeSha, WorkItemId,
};
use pipeline_core::observation::{HeadObservation, ItemObservation};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::stage::GateName;
use pipeline_core::start;
use pipeline_core::task::{ResultCommit, Task};
use pipeline_core::time::Timestamp;
use pipeline_core::transition::Rules;

pub(crate) fn project() -> Project {
    Project {
        id: ProjectId::new("et"),
        name: "Example Tracker".to_owned(),
        repo: "example".to_owned(),
        prefix: "ET".to_owned(),
        default_branch: BranchName::new("main"),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::default(),
        merge_style: MergeStyle::default(),
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::new(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

/// ET-007 with a result commit and a head.
pub(crate) fn task() -> Task {
    let item = ItemObservation {
        issue: IssueId::new("issue-7"),
        sequence: 7,
        title: "Add a greeting".to_owned(),
        description: "The program shall greet the person by name.".to_owned(),
        column: None,
        deleted: false,
        created_at: Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    };
    let (pipeline, project) = (Pipeline::built_in(), project());
    let rules = Rules {
        pipeline: &pipeline,
        project: &project,
        now: Timestamp(0),
    };
    let mut task = start::start(TaskId(7), WorkItemId::new("ET-007"), &item, rules).task;
    task.head = Some(sha('a'));
    task.code_tree = Some(TreeSha::new("c".repeat(40)));
    task.result = Some(ResultCommit {
        run: RunId {
            job: job(1),
            fence: 1,
        },
        commit: sha('a'),
        stage: None,
        code_tree: None,
        adopted: false,
        written: Vec::new(),
        start: Some(sha('5')),
        repair: false,
    });
    task
}

pub(crate) fn job(number: u32) -> JobId {
    JobId {
        task: TaskId(7),
        number,
    }
}

pub(crate) fn sha(letter: char) -> CommitSha {
    CommitSha::new(letter.to_string().repeat(40))
}

/// A document of ET-007.
pub(crate) fn document(name: &str, text: &str) -> Document {
    Document {
        path: format!("docs/work-items/ET-007/{name}"),
        blob: BlobSha::new("b".repeat(40)),
        text: text.to_owned(),
        lossy: false,
        cut: false,
    }
}

pub(crate) fn documents(list: &[(&str, &str)]) -> Evidence {
    Evidence {
        documents: list.iter().map(|(name, text)| document(name, text)).collect(),
        ..Evidence::default()
    }
}

/// The branch as read, at our head.
pub(crate) fn head() -> HeadObservation {
    HeadObservation {
        branch: BranchName::new("feature/ET-007-add-a-greeting"),
        head: Some(sha('a')),
        descends: true,
        statuses: Vec::new(),
        pull_request: None,
        default_branch: BranchName::new("main"),
        default_head: sha('d'),
        red_on_default: Vec::new(),
    }
}

pub(crate) fn with_head(head: HeadObservation) -> Evidence {
    Evidence {
        head: Some(head),
        ..Evidence::default()
    }
}

/// What the gate says, as one line.
pub(crate) fn judged(name: GateName, task: &Task, project: &Project, evidence: &Evidence) -> String {
    let input = GateInput {
        task,
        project,
        evidence,
    };
    match gate(name).check(input) {
        GateOutcome::Pass(why) => format!("pass: {why}"),
        GateOutcome::NotApplicable(why) => format!("not applicable: {why}"),
        GateOutcome::Fail { reason, findings } if findings.is_empty() => format!("fail: {reason}"),
        GateOutcome::Fail { reason, findings } => format!("fail: {reason} [{}]", findings.join(" | ")),
        GateOutcome::Unreadable(why) => format!("unreadable: {why}"),
        GateOutcome::Pending(pending) => format!("pending: {pending:?}"),
        GateOutcome::Unavailable(why) => format!("unavailable: {why}"),
    }
}
