//! Routes: a failure leads back to somebody who works, an objection to somebody earlier, and no way round passes an approval that would
//! make its counters fresh again.

use super::Subject;
use crate::pipeline::file::form::Said;
use crate::pipeline::file::nearest::advice;
use crate::pipeline::file::reader::short;
use crate::stage::{GateName, OnFail, Stage, StageName};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (at, stage, said) in subject.stages() {
        match &stage.on_fail {
            OnFail::Bounce { stage: to, .. } => {
                if leads_back(subject, (at, stage), (said, to)) {
                    approvals(subject, (at, stage), (said, to));
                }
            }
            OnFail::Block { stage: to } => {
                leads_back(subject, (at, stage), (said, to));
            }
            OnFail::Repair => {}
        }
        if let Some((_, to)) = &stage.objects_in {
            objection(subject, (at, stage), (said, to));
        }
    }
}

fn leads_back(
    subject: &mut Subject<'_>,
    (at, from): (usize, &Stage),
    (said, to): (&Said, &StageName),
) -> bool {
    let Some((target, stage)) = known(subject, (said, "on_fail.stage"), (at + 1, to)) else {
        return false;
    };
    if target > at {
        let message = format!("the route leads forward, from '{}' to '{to}'", from.name);
        let fix = format!(
            "name the stage itself or one before it: {}",
            subject.workers_before(at + 1).join(", ")
        );
        subject.refuse((said, "on_fail.stage"), message, fix);
        return false;
    }
    applies(subject, (from, stage), (said, "on_fail.stage"));
    true
}

fn objection(subject: &mut Subject<'_>, (at, from): (usize, &Stage), (said, to): (&Said, &StageName)) {
    let key = "objects_in.stage";
    let Some((target, stage)) = known(subject, (said, key), (at, to)) else {
        return;
    };
    if target >= at {
        let message = format!("'{}' objects to '{to}', which does not come before it", from.name);
        let fix = format!(
            "name a stage before it: {}",
            subject.workers_before(at).join(", ")
        );
        subject.refuse((said, key), message, fix);
        return;
    }
    applies(subject, (from, stage), (said, key));
}

/// The working stage that a route names; `end`: how many stages of the order may be suggested.
fn known<'a>(
    subject: &mut Subject<'a>,
    (said, key): (&Said, &str),
    (end, to): (usize, &StageName),
) -> Option<(usize, &'a Stage)> {
    if let Some(found) = subject.worker(to) {
        return Some(found);
    }
    let message = if subject.pipeline().stage(to).is_some() {
        format!("nobody works in '{to}'")
    } else {
        format!("there is no stage '{}'", short(to.as_str()))
    };
    let fix = advice(to.as_str(), subject.workers_before(end));
    subject.refuse((said, key), message, fix);
    None
}

fn applies(subject: &mut Subject<'_>, (from, to): (&Stage, &Stage), (said, key): (&Said, &str)) {
    if to.staging_only && !from.staging_only {
        let message = format!(
            "'{}' is left out in projects without staging, and the route with it",
            to.name
        );
        subject.refuse(
            (said, key),
            message,
            "name a stage that every project has".to_owned(),
        );
    }
}

/// A human's approval grants fresh counters, so a bounce to before it would never be counted up.
fn approvals(subject: &mut Subject<'_>, (at, from): (usize, &Stage), (said, to): (&Said, &StageName)) {
    let target = subject.pipeline().position(to).unwrap_or(at);
    let between = subject.pipeline().stages.iter().take(at).skip(target);
    if let Some(approved) = between.into_iter().find(|stage| asks_approval(stage)) {
        let message = format!(
            "a loop without a limit: from '{}' back to '{to}', past the approval at '{}', which makes its counters fresh",
            from.name, approved.name
        );
        let fix = format!(
            "lead back to a stage after '{}', or write `block: true`",
            approved.name
        );
        subject.refuse((said, "on_fail.stage"), message, fix);
    }
}

pub(super) fn asks_approval(stage: &Stage) -> bool {
    stage.gates.contains(&GateName::CheckAnalysisApproved)
}
