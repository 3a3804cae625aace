//! A task is moved to another definition on purpose (behaviour §2). Nothing happens by that but that the next decisions go by the other
//! one, so what is under way has to mean the same in both.

use crate::id::PipelineDigest;
use crate::order::OperatorOrder;
use crate::pipeline::Pipeline;
use crate::project::MergeTime;
use crate::stage::Stage;
use crate::task::{Phase, TaskState, Wait};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, ignore};

pub(super) fn repinned(
    plan: &mut Plan<'_>,
    order: &OperatorOrder,
    (from, to): (&PipelineDigest, &Pipeline),
) -> Outcome {
    let digest = to.digest();
    if digest == plan.task.pipeline {
        return ignore(format!(
            "the task follows this definition already: {}",
            in_short(to)
        ));
    }
    if *from != plan.task.pipeline {
        return ignore("the task was moved to another definition meanwhile; order it again".to_owned());
    }
    if let Some(why) = misfit(plan, to) {
        return ignore(why);
    }
    plan.note(format!(
        "{} moved the task from {} to {}: {}",
        order.by,
        in_short(plan.rules.pipeline),
        in_short(to),
        order.reason
    ));
    plan.task.pipeline = digest;
    Ok(())
}

/// `pipeline ux (95594e61319d)`.
fn in_short(pipeline: &Pipeline) -> String {
    let digest: String = pipeline.digest().as_str().chars().take(12).collect();
    format!("pipeline {} ({digest})", pipeline.name)
}

/// Why the task cannot go on by this definition where it stands now.
fn misfit(plan: &Plan<'_>, to: &Pipeline) -> Option<String> {
    let name = &plan.task.stage;
    let Some(stage) = to.stage(name) else {
        let stages: Vec<&str> = to.stages.iter().map(|stage| stage.name.as_str()).collect();
        return Some(format!(
            "the task is in '{name}', and {} has no such stage ({}); \
             'orchctl advance --force --to STAGE' moves it to one that both have",
            in_short(to),
            stages.join(", ")
        ));
    };
    let now = plan.stage(name);
    if now.is_some_and(|now| now.role.is_some() != stage.role.is_some()) {
        return Some(format!(
            "in {} nobody works in '{name}', where the task is; order it in another stage",
            in_short(to)
        ));
    }
    if plan.task.phase != Phase::Stage || matches!(plan.task.state, TaskState::Merging { .. }) {
        return Some("the task is being merged; order it when it is in its next stage".to_owned());
    }
    if now != Some(stage) && !stands_still(&plan.task.state) {
        return Some(format!(
            "the task is {} in '{name}', which the two definitions describe differently; \
             order it when the task waits for a person or is blocked",
            plan.task.state.name()
        ));
    }
    merge_moved(plan, to, stage).then(|| {
        format!("the merge comes before '{name}' in one of the two definitions and after it in the other; order it in an earlier stage")
    })
}

/// Nothing is under way that began by the definition of the stage: what comes next is decided anew.
fn stands_still(state: &TaskState) -> bool {
    match state {
        TaskState::Waiting(Wait::Human(_) | Wait::Answers | Wait::Dependency | Wait::Budget)
        | TaskState::Blocked { .. } => true,
        TaskState::Starting
        | TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(Wait::Ci)
        | TaskState::Merging { .. }
        | TaskState::Done
        | TaskState::Cancelled => false,
    }
}

/// By the other definition the task would be merged twice, or never.
fn merge_moved(plan: &Plan<'_>, to: &Pipeline, stage: &Stage) -> bool {
    let early = plan.rules.project.merge == MergeTime::OnDeployEntry || plan.task.merged.is_some();
    early && plan.rules.pipeline.is_after_merge(&stage.name) != to.is_after_merge(&stage.name)
}
