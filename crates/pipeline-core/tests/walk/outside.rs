//! What the outside brings: the branch as read, ends of agent runs and of CI.

use std::time::Duration;

use pipeline_core::effect::{CommitStatus, StatusState};
use pipeline_core::event::Event;
use pipeline_core::id::{BranchName, CommitSha, JobId, TreeSha};
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState};
use pipeline_core::run::{
    AgentOutcome, Change, ChangedPath, CommandOutcome, FailureClass, Harvest, RunFailure, RunRecord,
};
use pipeline_core::stage::WriteScope;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;

use crate::happening::{By, Happenings, MOMENTS, working};
use crate::node::Node;
use crate::normal::OLD;
use crate::search::Ground;
use crate::start::{NOW, THEN};

/// What the branch looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Green,
    Red,
    RedWithLog,
    Runs,
    Silent,
    DefaultRed,
    Gone,
    Descends,
    Foreign,
    Merged,
    MergedElsewhere,
    MergedBefore,
    Closed,
    OtherBranch,
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
        | Seen::Runs
        | Seen::Silent
        | Seen::DefaultRed
        | Seen::Merged
        | Seen::MergedElsewhere
        | Seen::MergedBefore
        | Seen::Closed
        | Seen::OtherBranch => (ours, true),
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
        Seen::Red | Seen::RedWithLog | Seen::DefaultRed => StatusState::Failure,
        Seen::Runs => StatusState::Pending,
        Seen::Silent | Seen::MergedElsewhere | Seen::MergedBefore => return Vec::new(),
        Seen::Green
        | Seen::Gone
        | Seen::Descends
        | Seen::Foreign
        | Seen::Merged
        | Seen::Closed
        | Seen::OtherBranch => StatusState::Success,
    };
    vec![CommitStatus {
        context: "ci/test".to_owned(),
        state,
        description: String::new(),
        url: None,
        log_tail: (seen == Seen::RedWithLog).then(|| "it broke".to_owned()),
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
        Seen::MergedElsewhere => merged(CommitSha::new("n-other"), NOW),
        Seen::Closed => PullRequestState::Closed,
        Seen::Green
        | Seen::Red
        | Seen::RedWithLog
        | Seen::Runs
        | Seen::Silent
        | Seen::DefaultRed
        | Seen::Gone
        | Seen::Descends
        | Seen::Foreign
        | Seen::OtherBranch => PullRequestState::Open,
    };
    Some(PullRequest {
        number: task.pull_request?,
        url: None,
        state,
        reviews: Vec::new(),
        approvals_missing: 0,
    })
}

/// Ends of agent runs.
pub(crate) fn agent(happenings: &mut Happenings, node: &Node, ground: &Ground<'_>) {
    let task = &node.task;
    let ended = |job: JobId, outcome| Event::AgentFinished {
        job,
        fence: 1,
        outcome,
    };
    happenings.add(
        "run ended that nobody awaits",
        By::Itself,
        ended(OLD, finished(task, &[], false)),
    );
    let Some(job) = working(node) else { return };
    let stage = ground.pipeline.stage(&task.stage).unwrap();
    let code = matches!(stage.scope, WriteScope::Code(_));
    let own = if code {
        "src/main.rs".to_owned()
    } else {
        written(node, ground)
    };
    happenings.add(
        "run finished",
        By::Itself,
        ended(job, finished(task, &[&own], code)),
    );
    happenings.add(
        "run finished, nothing written",
        By::Itself,
        ended(job, finished(task, &[], false)),
    );
    let outside = if code {
        "docs/work-items/ET-999/01-brd.md"
    } else {
        "src/outside.rs"
    };
    happenings.add(
        "run wrote outside its files",
        By::Itself,
        ended(job, finished(task, &[outside], false)),
    );
    if code {
        let protected = finished(task, &[".github/ci.yml"], true);
        happenings.add("run changed protected files", By::Itself, ended(job, protected));
    }
    for now in MOMENTS {
        let failed = ended(job, failed(FailureClass::Transient));
        let label = if now == NOW {
            "run failed: transient"
        } else {
            "run failed: transient, for days"
        };
        happenings.at(now, label, By::Itself, failed);
    }
    for (label, class) in [
        ("run failed: agent", FailureClass::Agent),
        ("run failed: permanent", FailureClass::Permanent),
        ("run failed: poison", FailureClass::Poison),
    ] {
        happenings.add(label, By::Itself, ended(job, failed(class)));
    }
}

/// A document of the stage that its role may write.
fn written(node: &Node, ground: &Ground<'_>) -> String {
    let stage = ground.pipeline.stage(&node.task.stage).unwrap();
    let (WriteScope::Documents(patterns) | WriteScope::DocsTree(patterns)) = &stage.scope else {
        return "src/main.rs".to_owned();
    };
    let first = patterns.first().map_or("none.md", String::as_str);
    let name = stage.reports.first().cloned();
    node.task
        .document(&name.unwrap_or_else(|| first.replace('*', "-x.md")))
}

fn finished(task: &Task, paths: &[&str], code: bool) -> AgentOutcome {
    let start = task.head.clone().unwrap_or_else(|| CommitSha::new("n-start"));
    let old_tree = task.code_tree.clone().unwrap_or_else(|| TreeSha::new("t-new"));
    let head = if paths.is_empty() {
        start.clone()
    } else {
        CommitSha::new("n-harvest")
    };
    AgentOutcome::Finished {
        harvest: Harvest {
            start,
            head,
            code_tree: if code { TreeSha::new("t-new") } else { old_tree },
            docs_tree: if code {
                task.docs_tree.clone()
            } else {
                Some(TreeSha::new("d-new"))
            },
            changed: paths
                .iter()
                .map(|path| ChangedPath {
                    path: (*path).to_owned(),
                    change: Change::Modified,
                    special: false,
                })
                .collect(),
        },
        record: RunRecord::default(),
    }
}

fn failure(class: FailureClass) -> RunFailure {
    RunFailure {
        class,
        message: "it did not work".to_owned(),
        retry_after: Some(Duration::from_secs(1)),
    }
}

fn failed(class: FailureClass) -> AgentOutcome {
    AgentOutcome::Failed {
        failure: failure(class),
        record: RunRecord::default(),
    }
}

/// Ends of our own CI, and jobs that cannot be run.
pub(crate) fn commands(happenings: &mut Happenings, node: &Node) {
    let ran = |exit_code, timed_out| CommandOutcome::Ran {
        exit_code,
        timed_out,
        log_tail: "it broke".to_owned(),
        duration_ms: 1_000,
    };
    let ended = |job, outcome| Event::CommandFinished {
        job,
        fence: 1,
        outcome,
    };
    happenings.add(
        "CI ended that nobody awaits",
        By::Itself,
        ended(OLD, ran(Some(0), false)),
    );
    let task = &node.task;
    for job in task
        .ci_job
        .into_iter()
        .chain(task.tests_job())
        .filter(|job| node.jobs.contains(job))
    {
        happenings.add("CI passed", By::Itself, ended(job, ran(Some(0), false)));
        happenings.add("CI failed", By::Itself, ended(job, ran(Some(1), false)));
        happenings.add("CI timed out", By::Itself, ended(job, ran(None, true)));
        for now in MOMENTS {
            let failed = CommandOutcome::Failed(failure(FailureClass::Transient));
            let label = if now == NOW {
                "CI could not run"
            } else {
                "CI could not run, for days"
            };
            happenings.at(now, label, By::Itself, ended(job, failed));
        }
        let failed = CommandOutcome::Failed(failure(FailureClass::Permanent));
        happenings.add("CI cannot run", By::Itself, ended(job, failed));
    }
    for &job in node.jobs.iter().chain([&OLD]) {
        let failure = failure(FailureClass::Poison);
        let label = match job {
            OLD => "job poisoned that nobody awaits",
            job if Some(job) == task.ci_job || Some(job) == task.tests_job() => "CI poisoned",
            _ => "job poisoned",
        };
        happenings.add(
            label,
            By::Itself,
            Event::JobFailed {
                job,
                fence: 1,
                failure,
            },
        );
    }
}
