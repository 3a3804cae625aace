//! Sending a task back with the reasons, as often as its limits allow.

use crate::brief::Launch;
use crate::gate::FROM_REVIEW;
use crate::message::alert::{error_alert, repeated_line, retries_exhausted_line};
use crate::message::comment::escalation_comment;
use crate::role::Role;
use crate::stage::{Cause, Stage};
use crate::task::{Bounce, Resume};
use crate::transition::plan::Plan;
use crate::transition::stage::{launch, move_to};
use crate::transition::tell;

/// Sends the task back to `stage` with the reasons, or blocks it when the loop's limit is reached.
pub(super) fn send_back(
    plan: &mut Plan<'_>,
    stage: &Stage,
    cause: Cause,
    reason: &str,
    findings: Vec<String>,
) {
    let limits = plan.rules.pipeline.limits;
    let fingerprint = fingerprint(cause, &findings);
    let repeated =
        plan.task.bounces.last().is_some_and(|last| {
            last.cause == cause && fingerprint.is_some() && last.fingerprint == fingerprint
        });
    let in_all: u32 = plan.task.counters.bounces.values().sum();
    let of_cause = plan.task.counters.bounces.entry(cause).or_default();
    let exhausted = *of_cause >= limits.bounces_per_cause || in_all >= limits.bounces;
    *of_cause += u32::from(!exhausted && !repeated);
    let from = plan.task.stage.clone();
    let at = plan.rules.now;
    plan.task.bounces.push(Bounce {
        from,
        cause,
        reason: reason.to_owned(),
        findings,
        fingerprint,
        at,
    });
    move_to(plan, stage);
    if exhausted || repeated {
        let line = if repeated {
            repeated_line(cause.as_str())
        } else {
            retries_exhausted_line(&plan.voice(&stage.name), limits.bounces_per_cause, cause.as_str())
        };
        return escalate(plan, &line, reason);
    }
    tell::bounced(plan, cause);
    plan.note(format!("back to {} ({cause}: {reason})", stage.name));
    launch(plan, stage, &Launch::Bounce);
}

/// The loop ends: a human has to go on.
fn escalate(plan: &mut Plan<'_>, line: &str, reason: &str) {
    plan.comment(Role::stream(), escalation_comment(line));
    let sentence = error_alert(plan.task.work_item.as_str(), line);
    plan.ring_blocked(&sentence, reason, &Resume::Role);
    let why = format!("{line} ({reason})");
    plan.note(format!("blocked: {why}"));
    plan.stop(&why, Resume::Role);
}

/// Findings without case, digits' runs and white space differences; CI without a log tail gives nothing to compare.
fn fingerprint(cause: Cause, findings: &[String]) -> Option<String> {
    // What the review left open does not make failed tests others.
    let findings: Vec<&String> = findings
        .iter()
        .filter(|finding| !finding.starts_with(FROM_REVIEW))
        .collect();
    if findings.is_empty() || (cause == Cause::Ci && !findings.iter().any(|finding| finding.contains('\n'))) {
        return None;
    }
    let mut lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            finding
                .to_lowercase()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    lines.sort();
    Some(lines.join("\n"))
}
