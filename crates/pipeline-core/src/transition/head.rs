//! The branch was looked at: CI moved, somebody else pushed, the pull request was merged or closed.

use crate::effect::{EffectKind, Push};
use crate::evidence::Evidence;
use crate::gate::{GateInput, GateOutcome, Pending, gate};
use crate::id::CommitSha;
use crate::message::alert::error_alert;
use crate::message::comment::merged_outside_comment;
use crate::observation::{HeadObservation, PullRequestState};
use crate::role::Role;
use crate::stage::GateName;
use crate::task::{Ask, Phase, Resume, TaskState, Wait};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, foreign, ignore, merging, stage, working};

pub(super) fn observed(plan: &mut Plan<'_>, head: &HeadObservation) -> Outcome {
    if head.branch != plan.task.branch {
        return ignore("another branch");
    }
    if !plan.task.open_effects.is_empty() || plan.task.merged.is_some() {
        return ignore("our own effects are under way, or it is merged");
    }
    match (&head.head, &plan.task.head) {
        (Some(theirs), Some(ours)) if theirs != ours => {
            if is_known_foreign(plan, theirs) {
                return ignore("a human is asked about that head already");
            }
            if is_unpushed(plan, head) {
                return ignore("our push was refused, and the branch is where it was");
            }
            foreign::found(plan, head);
            if let TaskState::Gathering { .. } = plan.task.state {
                let outcomes = outcomes(plan, head);
                remember(plan, &outcomes);
            }
            Ok(())
        }
        (Some(_), Some(_)) => same_head(plan, head),
        (None, _) | (_, None) => ignore("there is no branch to compare"),
    }
}

/// The branch holds what it held before a push of ours was refused.
fn is_unpushed(plan: &Plan<'_>, head: &HeadObservation) -> bool {
    let refused = plan.task.refused_push();
    head.head.is_some() && refused.is_some_and(|push| push.expected == head.head)
}

/// A gate found another head than ours: ours is pushed again where it never arrived.
pub(super) fn other(plan: &mut Plan<'_>, head: &HeadObservation) {
    let run = plan.task.result.as_ref().map(|result| result.run);
    let (Some(push), Some(run), true) = (plan.task.refused_push().cloned(), run, is_unpushed(plan, head))
    else {
        return foreign::found(plan, head);
    };
    plan.require(EffectKind::Push(push));
    plan.task.recheck = None;
    plan.goto(TaskState::Publishing { run });
    plan.task.unpushed = None;
    plan.note("our head never arrived and is pushed again");
}

fn is_known_foreign(plan: &Plan<'_>, theirs: &CommitSha) -> bool {
    matches!(&plan.task.state, TaskState::Waiting(Wait::Human(Ask::ForeignHead { head })) if head == theirs)
}

fn same_head(plan: &mut Plan<'_>, seen: &HeadObservation) -> Outcome {
    match seen.pull_request.as_ref().map(|pull| (pull.number, &pull.state)) {
        Some((number, PullRequestState::Merged { head, commit, at }))
            if Some(number) == plan.task.pull_request =>
        {
            let is_ours = Some(head) == plan.task.head.as_ref();
            if is_ours && plan.task.rolled_back_at.is_none_or(|rolled| *at > rolled) {
                merged_outside(plan, commit);
            } else {
                merged_too_early(plan, head);
                // What else was seen counts all the same.
                let _ = look_at_ci(plan, seen);
            }
            Ok(())
        }
        Some((number, PullRequestState::Closed)) if Some(number) == plan.task.pull_request => {
            closed(plan);
            Ok(())
        }
        _ => look_at_ci(plan, seen),
    }
}

/// Somebody closed it. A restart goes on with what this stopped, and the next push or the merge opens another.
fn closed(plan: &mut Plan<'_>) {
    let resume = match &plan.task.state {
        TaskState::Blocked { resume, .. } => resume.clone(),
        TaskState::Working { .. } | TaskState::Waiting(Wait::Human(Ask::ProtectedPaths { .. })) => {
            Resume::Role
        }
        TaskState::Merging { .. } => Resume::Merge,
        TaskState::Starting
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Done
        | TaskState::Cancelled => Resume::Gates,
    };
    plan.cancel_current();
    plan.task.pull_request = None;
    plan.block("the pull request was closed without a merge", resume);
}

/// Somebody merged it: at deploy that is noted and the verdict still decides; elsewhere the work is in, so the task is done.
fn merged_outside(plan: &mut Plan<'_>, commit: &CommitSha) {
    plan.task.merged = Some(commit.clone());
    plan.note(format!("merged by somebody else as {commit}"));
    let deploying = plan.rules.pipeline.is_after_merge(&plan.task.stage);
    if !deploying {
        plan.cancel_current();
        let html = merged_outside_comment(plan.rules.project.locale);
        plan.comment(Role::stream(), html);
        merging::finish(plan);
    }
}

/// What was merged is not what the task holds now: it goes on, and brings the rest in with a pull request of its own.
fn merged_too_early(plan: &mut Plan<'_>, head: &CommitSha) {
    plan.task.pull_request = None;
    let text = format!(
        "somebody merged the pull request at {head}, which is not the task's present head; the task goes on and opens another"
    );
    plan.alert(error_alert(plan.task.work_item.as_str(), &text));
    plan.note(text);
}

fn look_at_ci(plan: &mut Plan<'_>, head: &HeadObservation) -> Outcome {
    match plan.task.state {
        TaskState::Waiting(Wait::Ci | Wait::Human(Ask::ForgeReview)) => {}
        TaskState::Gathering { .. } => {
            let outcomes = outcomes(plan, head);
            if !remember(plan, &outcomes) {
                return ignore("nothing new");
            }
            plan.note("what was seen of the branch may be newer than what is gathered");
            return Ok(());
        }
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => return ignore("nothing new"),
    }
    if plan.task.phase == Phase::Merge && plan.task.state != TaskState::Waiting(Wait::Ci) {
        return look_at_approvals(plan, head);
    }
    let outcomes = outcomes(plan, head);
    if is_undecided(plan, &outcomes) {
        return ignore("nothing is decided yet");
    }
    stage::gather(plan);
    remember(plan, &outcomes);
    Ok(())
}

/// Evidence is on its way that may have been read before this was so. False when that is known already, or when nothing is decided by it.
fn remember(plan: &mut Plan<'_>, outcomes: &[GateOutcome]) -> bool {
    let is_news = !plan.task.head_decided && !outcomes.is_empty() && !is_undecided(plan, outcomes);
    plan.task.head_decided |= is_news;
    is_news
}

/// What those of the gates say that look at the head and what is reported on it.
fn outcomes(plan: &Plan<'_>, head: &HeadObservation) -> Vec<GateOutcome> {
    let evidence = Evidence {
        head: Some(head.clone()),
        ..Evidence::default()
    };
    let input = GateInput {
        task: &plan.task,
        project: plan.rules.project,
        evidence: &evidence,
    };
    let of_the_head = stage::gates(plan).into_iter().filter(|gate| {
        let shown = [
            GateName::CheckCiGreen,
            GateName::CheckTestsLocal,
            GateName::CheckReviewApproved,
        ];
        shown.contains(gate)
    });
    of_the_head.map(|name| gate(name).check(input)).collect()
}

/// The first of them that does not let the work through waits for more.
fn is_undecided(plan: &Plan<'_>, outcomes: &[GateOutcome]) -> bool {
    let first = outcomes
        .iter()
        .find(|outcome| !matches!(outcome, GateOutcome::Pass(_) | GateOutcome::NotApplicable(_)));
    first.is_some_and(|outcome| match outcome {
        GateOutcome::Pending(Pending::LocalTests) => plan.task.tests_job().is_some(),
        GateOutcome::Pending(Pending::ForgeReview) => plan.task.state != TaskState::Waiting(Wait::Ci),
        GateOutcome::Pending(Pending::CiSilent | Pending::CiRuns | Pending::DefaultRed(_)) => true,
        GateOutcome::Pending(Pending::Approval | Pending::BranchMissing | Pending::OtherHead(_))
        | GateOutcome::Pass(_)
        | GateOutcome::NotApplicable(_)
        | GateOutcome::Fail { .. }
        | GateOutcome::Unreadable(_)
        | GateOutcome::Unavailable(_) => false,
    })
}

/// The merge waits for approvals that the forge wants.
fn look_at_approvals(plan: &mut Plan<'_>, head: &HeadObservation) -> Outcome {
    let pull = head.pull_request.as_ref();
    if pull.is_some_and(|pull| pull.approvals_missing > 0) {
        return ignore("approvals are still missing in the forge");
    }
    merging::begin(plan);
    Ok(())
}

/// The branch is gone from the forge: pushed again once.
pub(super) fn vanished(plan: &mut Plan<'_>) {
    let branch = plan.task.branch.clone();
    let (Some(commit), Some(run)) = (
        plan.task.head.clone(),
        plan.task.result.as_ref().map(|result| result.run),
    ) else {
        return plan.block(
            &format!("Branch '{branch}' not found or no status"),
            Resume::Gates,
        );
    };
    if plan.task.counters.repushes >= 1 {
        return plan.block(
            &format!("Branch '{branch}' not found or no status"),
            Resume::Gates,
        );
    }
    plan.task.counters.repushes += 1;
    plan.require(EffectKind::Push(Push {
        branch,
        commit,
        expected: None,
    }));
    plan.goto(TaskState::Publishing { run });
    plan.note("the branch had vanished and is pushed again");
}

/// Accepts protected files: the pinned commit is pushed.
pub(super) fn accept_protected(plan: &mut Plan<'_>, head: CommitSha, run: crate::id::RunId) {
    working::push_branch(plan, head);
    super::publishing::go_on(plan, run);
}
