//! Everything that can happen in a node: each kind of event with a few payloads that the rules tell apart.

use pipeline_core::effect::{EffectKind, EffectResult, MergeOutcome};
use pipeline_core::event::Event;
use pipeline_core::id::{ActivityId, CommitSha, EffectKey, JobId, OrderId, TreeSha};
use pipeline_core::order::{BoardOrder, BoardOrderKind, OperatorOrder, OperatorOrderKind};
use pipeline_core::stage::StageName;
use pipeline_core::task::{TaskState, Wait};
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerKind;

use crate::evidence;
use crate::node::Node;
use crate::normal::{OLD, TASK};
use crate::outside::{self, Seen};
use crate::search::Ground;
use crate::start::{LATE, NOW, THEN, issue};

/// Who brings an event about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The pipeline itself: such events may not follow each other for ever.
    Itself,
    /// A person: they may do the same again and again.
    Person,
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
        let answer = match &node.task.state {
            TaskState::Waiting(Wait::Human(_)) => "board: Approved",
            TaskState::Waiting(Wait::Answers) | TaskState::Blocked { .. } => "board: In Progress",
            TaskState::Waiting(Wait::Dependency) => "issue read, nothing blocks it",
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(Wait::Ci | Wait::Budget)
            | TaskState::Merging { .. }
            | TaskState::Done
            | TaskState::Cancelled => "nothing is asked",
        };
        self.by == By::Person && self.label != answer
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
    branch(&mut happenings, node);
    outside::agent(&mut happenings, node, ground);
    outside::commands(&mut happenings, node);
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
    use OperatorOrderKind::{Advance, Approve, Cancel, ForceStage, Reject, Requeue, Restart};
    let unknown = JobId {
        task: TASK,
        number: 99,
    };
    let first = ground.pipeline.first_working(ground.project).unwrap();
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
        (
            "orchctl advance --force, no such stage",
            stage(&StageName::new("nowhere")),
        ),
        ("orchctl requeue", Requeue { job: OLD }),
        ("orchctl requeue, no such job", Requeue { job: unknown }),
        ("orchctl cancel", Cancel),
        ("orchctl restart", Restart),
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

fn branch(happenings: &mut Happenings, node: &Node) {
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
        ("pull request merged before the roll-back", Seen::MergedBefore),
        ("pull request closed", Seen::Closed),
        ("another branch read", Seen::OtherBranch),
    ];
    let machine = machine.map(|(label, seen)| (label, By::Itself, seen));
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
        let head = Box::new(outside::head(&node.task, seen));
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
                files: vec!["src/main.rs".to_owned()],
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
