//! Everything that can happen in a node: each kind of event with a few payloads that the rules tell apart.

use pipeline_core::effect::{EffectKind, EffectResult, MergeOutcome};
use pipeline_core::event::Event;
use pipeline_core::id::{ActivityId, CommitSha, EffectKey, JobId, OrderId, TreeSha};
use pipeline_core::order::{BoardOrder, BoardOrderKind, OperatorOrder, OperatorOrderKind};
use pipeline_core::stage::{GateName, StageName};
use pipeline_core::task::{Ask, TaskState, Wait};
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerKind;

use crate::ground::Ground;
use crate::node::Node;
use crate::normal::{FINDING, OLD, OTHER, TASK};
use crate::outside::{self, Seen};
use crate::start::{LATE, NOW, THEN, issue};
use crate::{agent, commands, evidence, repin};

/// Who brings an event about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The pipeline itself: such events may not follow each other for ever.
    Itself,
    /// A person: they may do the same again and again.
    Person,
    /// An account of a provider: it holds its runs back for as long as it takes, and nothing of that is the task's.
    Account,
}

/// One event with its moment and a name for tables.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    pub(crate) label: &'static str,
    pub(crate) by: By,
    pub(crate) event: Event,
    pub(crate) now: Timestamp,
}

impl Happening {
    /// A person does what the pipeline did not ask for.
    pub(crate) fn interferes(&self, node: &Node) -> bool {
        self.by == By::Person && !self.is_smooth(node)
    }

    /// What everybody hopes for in this state: the way of a task to which nothing happens, and the way out of Blocked.
    pub(crate) fn is_smooth(&self, node: &Node) -> bool {
        let hoped: &[&str] = match &node.task.state {
            TaskState::Starting => &["branch started"],
            TaskState::Working { .. } => &["run finished"],
            TaskState::Publishing { .. } => &["pushed", "pull request opened"],
            TaskState::Gathering { .. } => &["evidence: all is well", "evidence: pull request approved"],
            TaskState::Waiting(Wait::Ci) => &[
                "CI passed",
                "tests passed",
                "status reported",
                "timer: look at CI",
            ],
            TaskState::Waiting(Wait::Human(Ask::ForgeReview)) => &["pull request approved"],
            TaskState::Waiting(Wait::Human(_)) => &["board: Approved"],
            TaskState::Waiting(Wait::Answers) | TaskState::Blocked { .. } => &["board: In Progress"],
            TaskState::Waiting(Wait::Dependency) => &["issue read, nothing blocks it"],
            TaskState::Merging { .. } => &["merged"],
            TaskState::Waiting(Wait::Budget) | TaskState::Done | TaskState::Cancelled => &[],
        };
        hoped.contains(&self.label)
    }
}

/// Collects happenings.
#[derive(Default)]
pub(crate) struct Happenings(pub(crate) Vec<Happening>);

impl Happenings {
    pub(crate) fn add(&mut self, label: &'static str, by: By, event: Event) {
        self.at(NOW, label, by, event);
    }

    pub(crate) fn at(&mut self, now: Timestamp, label: &'static str, by: By, event: Event) {
        self.0.push(Happening {
            label,
            by,
            event,
            now,
        });
    }
}

/// Every event that can reach this node, and those that come too late or twice.
pub(crate) fn all(node: &Node, ground: &Ground<'_>) -> Vec<Happening> {
    let mut happenings = Happenings::default();
    board(&mut happenings);
    operator(&mut happenings, ground);
    repin::happens(&mut happenings, node, ground);
    branch(&mut happenings, node, ground);
    agent::agent(&mut happenings, node, ground);
    commands::commands(&mut happenings, node);
    evidence::gathered(&mut happenings, node, ground);
    effects(&mut happenings, node);
    timers(&mut happenings, node);
    happenings.0
}

fn board(happenings: &mut Happenings) {
    use BoardOrderKind::{Approved, Cancelled, InProgress, Rejected};
    let observed = |item, order| Event::ItemObserved { item, order };
    let mut deleted = issue(None);
    deleted.deleted = true;
    happenings.add(
        "issue read, nothing blocks it",
        By::Person,
        observed(issue(Some(true)), None),
    );
    happenings.add(
        "issue read, blocked",
        By::Person,
        observed(issue(Some(false)), None),
    );
    happenings.add("issue deleted", By::Person, observed(deleted, None));
    for (label, what, by, at) in [
        ("board: In Progress", InProgress, "ann", NOW),
        ("board: Approved", Approved, "ann", NOW),
        (
            "board: Approved before the question",
            Approved,
            "ann",
            Timestamp(THEN.0 - 1),
        ),
        ("board: Approved by a stranger", Approved, "eve", NOW),
        ("board: Rejected", Rejected, "ann", NOW),
        ("board: Cancelled", Cancelled, "ann", NOW),
    ] {
        let order = BoardOrder {
            id: ActivityId::new("activity"),
            at,
            by: by.to_owned(),
            what,
        };
        happenings.add(label, By::Person, observed(issue(None), Some(order)));
    }
}

fn operator(happenings: &mut Happenings, ground: &Ground<'_>) {
    use OperatorOrderKind::{
        Advance, Approve, Cancel, DropEffect, ForceStage, Reject, Requeue, Restart, RetryEffect,
    };
    let dead = || EffectKey::new("1-e1");
    let unknown = JobId {
        task: TASK,
        number: 99,
    };
    let first = ground.pipeline.first_working(ground.project).unwrap();
    let mut working = ground
        .pipeline
        .stages
        .iter()
        .rev()
        .filter(|stage| stage.role.is_some());
    let last = working.next().map(|stage| &stage.name).unwrap();
    let stage = |name: &StageName| ForceStage { stage: name.clone() };
    for (label, what) in [
        ("orchctl approve", Approve),
        ("orchctl reject", Reject),
        ("orchctl advance", Advance),
        ("orchctl advance --force, first stage", stage(&first.name)),
        (
            "orchctl advance --force, mending stage",
            stage(&ground.pipeline.mending),
        ),
        ("orchctl advance --force, last stage", stage(last)),
        (
            "orchctl advance --force, no such stage",
            stage(&StageName::new("nowhere")),
        ),
        ("orchctl requeue", Requeue { job: OLD }),
        ("orchctl requeue, no such job", Requeue { job: unknown }),
        ("orchctl cancel", Cancel),
        ("orchctl restart", Restart),
        ("orchctl outbox retry", RetryEffect { effect: dead() }),
        ("orchctl outbox drop", DropEffect { effect: dead() }),
    ] {
        let order = OperatorOrder {
            id: OrderId(1),
            task: TASK,
            by: "olga".to_owned(),
            reason: "a reason".to_owned(),
            at: NOW,
            what,
        };
        happenings.add(label, By::Person, Event::Ordered(order));
    }
}

/// Some stage waits for a review in the forge.
pub(crate) fn reviewed(ground: &Ground<'_>) -> bool {
    let mut stages = ground.pipeline.stages.iter();
    stages.any(|stage| stage.gates.contains(&GateName::CheckReviewApproved))
}

fn branch(happenings: &mut Happenings, node: &Node, ground: &Ground<'_>) {
    let machine = [
        ("branch read, CI green", Seen::Green),
        ("branch read, CI red", Seen::Red),
        ("branch read, CI runs", Seen::Runs),
        ("branch read, no CI yet", Seen::Silent),
        ("branch read, default branch red too", Seen::DefaultRed),
    ];
    let people = [
        ("branch gone", Seen::Gone),
        ("foreign head on top of ours", Seen::Descends),
        ("foreign head beside ours", Seen::Foreign),
        ("pull request merged at our head", Seen::Merged),
        ("pull request merged at another head", Seen::MergedElsewhere),
        (
            "pull request merged at another head, CI green",
            Seen::MergedElsewhereGreen,
        ),
        ("pull request merged before the roll-back", Seen::MergedBefore),
        ("pull request closed", Seen::Closed),
        ("another branch read", Seen::OtherBranch),
    ];
    let machine = machine.map(|(label, seen)| (label, By::Itself, seen));
    let reviews = [
        ("pull request approved", Seen::Approved),
        ("changes requested", Seen::Objected),
        ("review dismissed", Seen::Dismissed),
    ];
    for (label, seen) in reviews.into_iter().filter(|_| reviewed(ground)) {
        let head = outside::head(&node.task, seen);
        happenings.add(label, By::Itself, Event::HeadObserved { head });
    }
    let people = people.map(|(label, seen)| (label, By::Person, seen));
    for (label, by, seen) in machine.into_iter().chain(people) {
        let head = outside::head(&node.task, seen);
        happenings.add(label, by, Event::HeadObserved { head });
    }
}

fn effects(happenings: &mut Happenings, node: &Node) {
    for (key, kind) in &node.outbox {
        for (label, by, result) in results(node, kind) {
            let key = key.clone();
            happenings.add(label, by, Event::EffectDone { key, result });
        }
        let failed = Event::EffectFailed {
            key: key.clone(),
            effect: kind.clone(),
            error: "refused".to_owned(),
        };
        happenings.add("effect dead", By::Itself, failed);
    }
    let (key, result) = (EffectKey::new("1-e8"), EffectResult::Done);
    happenings.add(
        "effect done that nobody awaits",
        By::Itself,
        Event::EffectDone { key, result },
    );
}

fn results(node: &Node, kind: &EffectKind) -> Vec<(&'static str, By, EffectResult)> {
    let commit = CommitSha::new;
    let refused = |label, seen| {
        let mut head = Box::new(outside::head(&node.task, seen));
        let pushed = kind.as_push().map(|push| push.branch.clone());
        head.branch = pushed.unwrap_or(head.branch);
        (label, By::Person, EffectResult::PushRefused { head })
    };
    let merge = |label, by, outcome| (label, by, EffectResult::Merge(outcome));
    match kind {
        EffectKind::StartBranch(_) => {
            let head = commit("n-first");
            vec![("branch started", By::Itself, EffectResult::BranchStarted { head })]
        }
        EffectKind::Push(_) => vec![
            ("pushed", By::Itself, EffectResult::Done),
            refused("push refused, foreign head on top", Seen::Descends),
            refused("push refused, foreign head beside", Seen::Foreign),
            refused("push refused, branch gone", Seen::Gone),
        ],
        EffectKind::OpenPullRequest(_) => {
            let result = EffectResult::PullRequest { number: 1, url: None };
            vec![("pull request opened", By::Itself, result)]
        }
        EffectKind::Merge(_) => {
            let base = MergeOutcome::BaseMerged {
                head: commit("n-base"),
                code_tree: TreeSha::new("n-base-tree"),
            };
            let conflict = MergeOutcome::Conflict {
                base: commit("n-main"),
                files: vec![FINDING.to_owned()],
            };
            let otherwise = MergeOutcome::Conflict {
                base: commit("n-main"),
                files: vec![OTHER.to_owned()],
            };
            let moved = MergeOutcome::HeadMoved {
                head: Some(commit("n-foreign")),
            };
            let merged = MergeOutcome::Merged {
                commit: commit("n-merge"),
            };
            vec![
                merge("merged", By::Itself, merged),
                merge("default branch merged into ours", By::Itself, base),
                merge("merge conflict", By::Itself, conflict),
                merge("merge conflict in other files", By::Itself, otherwise),
                merge("head moved at the merge", By::Person, moved),
                merge(
                    "pull request closed at the merge",
                    By::Person,
                    MergeOutcome::Closed,
                ),
            ]
        }
        EffectKind::ReportStatus(_)
        | EffectKind::Comment { .. }
        | EffectKind::SetColumn { .. }
        | EffectKind::TrackerMessage { .. }
        | EffectKind::Alert { .. }
        | EffectKind::ReleaseCheckout { .. } => vec![("status reported", By::Itself, EffectResult::Done)],
    }
}

fn timers(happenings: &mut Happenings, node: &Node) {
    for kind in TimerKind::ALL {
        let label = match kind {
            TimerKind::CiPoll => "timer: look at CI",
            TimerKind::DependencyReminder => "timer: remind of blockers",
        };
        if let Some(&generation) = node.timers.get(&kind) {
            happenings.add(label, By::Itself, Event::TimerFired { kind, generation });
        }
        let generation = 0;
        happenings.add("timer: stale", By::Itself, Event::TimerFired { kind, generation });
    }
}

/// A moment at which limits of time have not passed, and one at which they have.
pub(crate) const MOMENTS: [Timestamp; 2] = [NOW, LATE];

/// The job that works in this node.
pub(crate) fn working(node: &Node) -> Option<JobId> {
    if let TaskState::Working { job } = node.task.state {
        Some(job).filter(|job| node.jobs.contains(job))
    } else {
        None
    }
}
