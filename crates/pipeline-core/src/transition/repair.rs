//! A role's result is of no use as it is: the role mends it in a run of its own, as often as the limits let it.

use crate::brief::Launch;
use crate::message::asking::analyst_empty_comment;
use crate::message::setback::{Turn, repair_comment};
use crate::role::Role;
use crate::stage::Stage;
use crate::task::Resume;
use crate::transition::plan::Plan;
use crate::transition::stage;

/// The same role runs again with the diagnosis, and the place if it is known; a role with a single attempt blocks at once.
pub(super) fn or_block(plan: &mut Plan<'_>, diagnosis: &str, place: Option<&str>) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    let role = stage.role.clone().unwrap_or_else(Role::stream);
    if !is_left(plan, stage) {
        if stage.asks_in.is_some() {
            let html = analyst_empty_comment(plan.rules.project.locale, &role);
            plan.comment(role, html);
        }
        return plan.block(diagnosis, Resume::Role);
    }
    let turn = Turn {
        attempt: plan.task.counters.repairs + 1,
        max: plan.rules.pipeline.limits.repairs,
    };
    let html = repair_comment(plan.rules.project.locale, &role, diagnosis, turn);
    plan.comment(role, html);
    match place.filter(|place| !diagnosis.contains(place)) {
        Some(place) => launch(plan, stage, &format!("{diagnosis}\n{place}")),
        None => launch(plan, stage, diagnosis),
    }
}

/// A repair run is left to the stage's role.
pub(super) fn is_left(plan: &Plan<'_>, stage: &Stage) -> bool {
    !stage.single_attempt && plan.task.counters.repairs < plan.rules.pipeline.limits.repairs
}

/// The role goes on from its result, with the diagnosis.
pub(super) fn launch(plan: &mut Plan<'_>, stage: &Stage, diagnosis: &str) {
    plan.task.counters.repairs += 1;
    let result = plan.task.result.as_ref();
    let why = Launch::Repair {
        diagnosis: diagnosis.to_owned(),
        run: result.map(|result| result.run),
        kept: result.is_none_or(|result| Some(&result.commit) == plan.task.head.as_ref()),
    };
    stage::launch(plan, stage, &why);
}
