//! What must hold after every event.

use pipeline_core::decision::{Change, Decision};
use pipeline_core::effect::EffectKind;
use pipeline_core::event::Event;
use pipeline_core::id::{EffectKey, JobId};
use pipeline_core::job::JobKind;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::pipeline::Limits;
use pipeline_core::project::Ci;
use pipeline_core::stage::GateName;
use pipeline_core::task::{Phase, Task, TaskState, TestsStand, Wait};
use pipeline_core::why::explain;

use crate::ground::{Decide, Ground};
use crate::happening::Happening;
use crate::node::{LatestRun, Node};
use crate::start::LATE;

type Verdict = Result<(), String>;

fn holds(right: bool, what: impl FnOnce() -> String) -> Verdict {
    if right { Ok(()) } else { Err(what()) }
}

/// No silent stall: something or somebody moves this node on.
pub(crate) fn stands(node: &Node) -> Verdict {
    let task = &node.task;
    let unsent = |key: &EffectKey| !node.outbox.contains_key(key);
    holds(!task.open_effects.iter().any(unsent), || {
        format!("{} waits for an effect that nobody sends", node.name())
    })?;
    holds(task.open_effects.len() <= 4, || {
        format!("{} piles up {} effects", node.name(), task.open_effects.len())
    })?;
    holds(node.timers == task.timers, || {
        format!(
            "the store's timers {:?} are not the task's {:?}",
            node.timers, task.timers
        )
    })?;
    let mut commands = task.ci_job.into_iter().chain(task.tests_job());
    holds(commands.all(|job| node.jobs.contains(&job)), || {
        format!("{} waits for a command that is not there", node.name())
    })?;
    let moves = match &task.state {
        TaskState::Working { job } | TaskState::Gathering { job } => node.jobs.contains(job),
        TaskState::Starting | TaskState::Publishing { .. } | TaskState::Merging { .. } => {
            !task.open_effects.is_empty()
        }
        TaskState::Waiting(Wait::Ci | Wait::Dependency | Wait::Budget) => {
            !task.timers.is_empty() || !task.open_effects.is_empty()
        }
        TaskState::Waiting(Wait::Human(_) | Wait::Answers)
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => true,
    };
    holds(moves, || format!("{} stands still in silence", node.name()))
}

/// Everything that must hold after a change.
pub(crate) fn change(
    (before, after): (&Node, &Node),
    happening: &Happening,
    change: &Change,
    ground: &Ground<'_>,
) -> Verdict {
    stands(after)?;
    asked(&before.task, change)?;
    bounded(&after.task, ground.pipeline.limits)?;
    over(&before.task, change)?;
    nothing_is_left(after)?;
    patient(&before.task, happening, change)?;
    proven(change, ground)?;
    earned((before, after), happening, ground)?;
    once(&before.task, happening, change, ground)?;
    leaves_blocked(&before.task, &happening.event, &after.task)?;
    let why = explain(&after.task);
    holds(!why.waits_for.is_empty() && !why.ended_by.is_empty(), || {
        format!("no word on why it is {}", after.name())
    })
}

/// Whoever has to act is told: by an alert when it stops or asks a decision.
fn asked(before: &Task, change: &Change) -> Verdict {
    let rings = change
        .effects
        .iter()
        .any(|effect| matches!(effect.kind, EffectKind::Alert { .. }));
    let state = &change.task.state;
    let wants = matches!(
        state,
        TaskState::Blocked { .. } | TaskState::Waiting(Wait::Human(_) | Wait::Answers)
    );
    // Somebody looked again and the task returns to where it stood: the alert rang then.
    let returns = before.recheck.as_deref() == Some(state) || before.state == *state;
    holds(rings || returns || !wants, || {
        format!("{} → {} without an alert", before.state.name(), state.name())
    })
}

fn bounded(task: &Task, limits: Limits) -> Verdict {
    let counters = &task.counters;
    let in_all: u32 = counters.bounces.values().sum();
    let of_cause = counters.bounces.values().copied().max().unwrap_or_default();
    for (name, count, limit) in [
        ("bounces of a cause", of_cause, limits.bounces_per_cause),
        ("bounces", in_all, limits.bounces),
        (
            "question rounds",
            counters.question_rounds,
            limits.question_rounds,
        ),
        (
            "conflict rounds",
            counters.conflict_rounds,
            limits.conflict_rounds,
        ),
        ("repairs", counters.repairs, limits.repairs),
        (
            "merges of the default branch",
            counters.base_merges,
            limits.base_merges,
        ),
        ("attempts", counters.attempts, limits.attempts - 1),
        ("pushes of a lost branch", counters.repushes, 1),
    ] {
        holds(count <= limit, || format!("{count} {name}, the limit is {limit}"))?;
    }
    Ok(())
}

/// Nothing revives a task that is over.
fn over(before: &Task, change: &Change) -> Verdict {
    if !before.is_over() {
        return Ok(());
    }
    let same = change.task.state == before.state && change.task.stage == before.stage;
    let works = !change.jobs.is_empty() || !change.requeue.is_empty() || !change.task.open_effects.is_empty();
    holds(same && !works, || format!("{} was revived", before.state.name()))
}

/// A job that lives is one that somebody waits for.
fn nothing_is_left(after: &Node) -> Verdict {
    let task = &after.task;
    let wanted = |job: &&JobId| [task.current_job(), task.ci_job, task.tests_job()].contains(&Some(**job));
    let left: Vec<&JobId> = after.jobs.iter().filter(|job| !wanted(job)).collect();
    holds(left.is_empty(), || {
        format!(
            "jobs {left:?} go on though nobody waits for them ({})",
            after.name()
        )
    })
}

/// What is merged is the code that every gate of the pipeline saw, whatever way led there.
fn proven(change: &Change, ground: &Ground<'_>) -> Verdict {
    let task = &change.task;
    let merges = change
        .effects
        .iter()
        .any(|effect| matches!(effect.kind, EffectKind::Merge(_)));
    if !merges || task.phase == Phase::Documents {
        return Ok(());
    }
    let without_ci = matches!(ground.project.ci, Ci::None { .. });
    let tests = task.local_tests.as_ref();
    let tested = tests
        .filter(|tests| tests.stand == TestsStand::Passed)
        .map(|tests| &tests.code_tree);
    for gate in ground.pipeline.stages.iter().flat_map(|stage| &stage.gates) {
        let seen = match gate {
            GateName::CheckCiGreen if without_ci => tested,
            GateName::CheckCiGreen => task.ci_green.as_ref(),
            GateName::CheckTestsLocal => tested,
            GateName::CheckReviewerVerdict => task.reviewed.as_ref(),
            GateName::CheckTestsPassed => task.tested.as_ref(),
            GateName::CheckReviewApproved => task.forge_reviewed.as_ref(),
            GateName::CheckAnalysisComplete
            | GateName::CheckAnalysisApproved
            | GateName::CheckArchitectureDone
            | GateName::CheckStagingStatus
            | GateName::CheckDeployStatus => continue,
        };
        let good = seen.is_some() && seen == task.code_tree.as_ref();
        holds(good, || {
            format!("merged, though {gate} has not passed on that code")
        })?;
    }
    let same = task.result.as_ref().map(|result| &result.commit) == task.head.as_ref();
    holds(same, || {
        "merged, though what was judged is not the head".to_owned()
    })
}

/// A stage is left forwards by the work of its own latest run: what was called off is done again, and a report is about the code that
/// the gates let through.
fn earned((before, after): (&Node, &Node), happening: &Happening, ground: &Ground<'_>) -> Verdict {
    let task = &before.task;
    let stage = ground.pipeline.stage(&task.stage);
    let (Event::EvidenceGathered { .. }, Phase::Stage, Some(stage)) = (&happening.event, task.phase, stage)
    else {
        return Ok(());
    };
    let at = |node: &Node| ground.pipeline.position(&node.task.stage);
    if at(after) <= at(before) && after.task.phase == Phase::Stage {
        return Ok(());
    }
    holds(before.run != LatestRun::CalledOff, || {
        format!("{} is left though its run was called off", stage.name)
    })?;
    let judges = stage.gates.iter().any(|gate| gate.report().is_some());
    holds(!judges || before.saw(after.task.code_tree.as_ref()), || {
        format!(
            "{} is left by a report of other code or of an earlier run",
            stage.name
        )
    })
}

/// A role with a single attempt works again on a person's order alone.
fn once(before: &Task, happening: &Happening, change: &Change, ground: &Ground<'_>) -> Verdict {
    let stage = ground.pipeline.stage(&before.stage);
    let again = stage.filter(|stage| stage.single_attempt && change.task.stage == stage.name);
    let launched = change
        .jobs
        .iter()
        .any(|job| matches!(job.kind, JobKind::Agent(_)));
    let ordered = matches!(
        &happening.event,
        Event::Ordered(_) | Event::ItemObserved { order: Some(_), .. }
    );
    holds(again.is_none() || !launched || ordered, || {
        format!("{} is done again though nobody ordered it", before.stage)
    })
}

/// What did not answer for a day is not asked again.
fn patient(before: &Task, happening: &Happening, change: &Change) -> Verdict {
    let late = happening.now == LATE && before.outage.is_some();
    holds(!late || change.requeue.is_empty(), || {
        "an outage of days is endured for ever".to_owned()
    })
}

/// An operator's restart and cancel lead out of Blocked.
fn leaves_blocked(before: &Task, event: &Event, after: &Task) -> Verdict {
    let (TaskState::Blocked { resume, .. }, Event::Ordered(order)) = (&before.state, event) else {
        return Ok(());
    };
    let left = match order.what {
        OperatorOrderKind::Restart => {
            !matches!(&after.state, TaskState::Blocked { resume: now, .. } if now == resume)
        }
        OperatorOrderKind::Cancel => after.state == TaskState::Cancelled,
        OperatorOrderKind::Approve
        | OperatorOrderKind::Reject
        | OperatorOrderKind::Advance
        | OperatorOrderKind::ForceStage { .. }
        | OperatorOrderKind::Requeue { .. }
        | OperatorOrderKind::Repin
        | OperatorOrderKind::RetryEffect { .. }
        | OperatorOrderKind::DropEffect { .. }
        | OperatorOrderKind::ResetProvider { .. }
        | OperatorOrderKind::CheckProviders { .. } => true,
    };
    holds(left, || "an operator cannot leave Blocked".to_owned())
}

/// The same event again changes nothing. A job that was queued again may report again; orders are kept apart by their ids.
pub(crate) fn again(
    after: &Node,
    happening: &Happening,
    change: &Change,
    (ground, decide): (&Ground<'_>, &Decide),
) -> Verdict {
    let repeatable = match &happening.event {
        Event::ItemObserved { order, .. } => order.is_some(),
        Event::Ordered(_) => true,
        Event::AgentFinished { job, .. }
        | Event::CommandFinished { job, .. }
        | Event::EvidenceGathered { job, .. }
        | Event::JobFailed { job, .. } => change.requeue.iter().any(|again| again.job == *job),
        Event::HeadObserved { .. }
        | Event::Repinned { .. }
        | Event::EffectDone { .. }
        | Event::EffectFailed { .. }
        | Event::TimerFired { .. } => false,
    };
    if repeatable {
        return Ok(());
    }
    match decide(&after.task, &happening.event, ground.rules(happening.now)) {
        Decision::Change(second) => Err(format!(
            "the same event again changes the task: {} → {} ({})",
            after.name(),
            second.task.state.name(),
            second.note
        )),
        Decision::Ignore(_) | Decision::Illegal(_) => Ok(()),
    }
}
