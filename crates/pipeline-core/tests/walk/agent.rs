//! How agent runs end.

use std::time::Duration;

use pipeline_core::event::Event;
use pipeline_core::id::{AccountId, CommitSha, JobId, TreeSha};
use pipeline_core::run::{
    AgentOutcome, Change, ChangedPath, FailureCause, FailureClass, Harvest, RunFailure, RunRecord,
};
use pipeline_core::stage::WriteScope;
use pipeline_core::task::Task;

use crate::ground::Ground;
use crate::happening::{By, Happenings, MOMENTS, working};
use crate::node::Node;
use crate::normal::OLD;
use crate::start::NOW;

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
    failed_on_account(happenings, |outcome| ended(job, outcome));
}

/// Failures of runs whose account is named.
fn failed_on_account(happenings: &mut Happenings, ended: impl Fn(AgentOutcome) -> Event) {
    for (label, by, cause, never_began) in [
        (
            "run failed: usage limit",
            By::Account,
            FailureCause::UsageLimit,
            false,
        ),
        (
            "run failed: not logged in",
            By::Account,
            FailureCause::NotLoggedIn,
            false,
        ),
        (
            "run failed: never began",
            By::Account,
            FailureCause::BadConfiguration,
            true,
        ),
        (
            "run failed: context too long",
            By::Itself,
            FailureCause::ContextTooLong,
            false,
        ),
    ] {
        happenings.add(label, by, ended(on_account(cause, never_began)));
    }
}

/// A failure of a run whose account is named.
fn on_account(cause: FailureCause, never_began: bool) -> AgentOutcome {
    AgentOutcome::Failed {
        failure: RunFailure::new(cause, "it did not work"),
        record: RunRecord {
            provider: Some(AccountId::shared("claude")),
            never_began,
            ..RunRecord::default()
        },
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

pub(crate) fn failure(class: FailureClass) -> RunFailure {
    RunFailure::of_class(class, "it did not work").after(Some(Duration::from_secs(1)))
}

fn failed(class: FailureClass) -> AgentOutcome {
    AgentOutcome::Failed {
        failure: failure(class),
        record: RunRecord::default(),
    }
}
