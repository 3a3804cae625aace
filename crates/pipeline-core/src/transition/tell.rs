//! What people are told about the work: the status comment, the bounce comments, the live message.

use crate::evidence::{Evidence, EvidenceRequest};
use crate::message::comment::{
    ci_bounced_comment, gate_failed_comment, merge_conflict_comment, review_bounced_comment,
    tests_failed_comment,
};
use crate::message::status::{
    StatusComment, branch_label, document_labels, pull_request_label, status_comment,
};
use crate::message::tracker::{self, DoneTimes, LineKind, StageLine, TrackerMessage};
use crate::role::Role;
use crate::stage::{Cause, GateName, Stage};
use crate::task::{Task, TaskState};
use crate::transition::Rules;
use crate::transition::plan::Plan;
use crate::verdict::front_matter::FrontMatter;

/// The documents that a status comment of this stage lists.
pub(super) fn documents_wanted(plan: &Plan<'_>, stage: &Stage) -> EvidenceRequest {
    let Some(role) = &stage.role else {
        return EvidenceRequest::default();
    };
    let paths = document_labels(role, &stage.name)
        .iter()
        .map(|(name, _)| plan.task.document(&asked_as(name)));
    EvidenceRequest {
        paths: paths.collect(),
        ..EvidenceRequest::default()
    }
}

/// A name without an ending is a directory.
fn asked_as(name: &str) -> String {
    if name.contains('.') {
        name.to_owned()
    } else {
        format!("{name}/")
    }
}

/// One comment per finished run whose result can be read.
pub(super) fn readable(plan: &mut Plan<'_>, stage: &Stage, evidence: &Evidence) {
    let run = plan.task.result.as_ref().map(|result| result.run);
    let (Some(role), true) = (&stage.role, run.is_some() && plan.task.told != run) else {
        return;
    };
    plan.task.told = run;
    let totals = plan.task.totals.get(&stage.name).cloned().unwrap_or_default();
    let matter = stage
        .reports
        .iter()
        .find_map(|name| evidence.document(&plan.task.document(name)))
        .and_then(|report| FrontMatter::read(&report.text).ok());
    let word = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| matter.as_ref()?.text(key).map(str::to_owned))
    };
    let html = status_comment(&StatusComment {
        locale: plan.rules.project.locale,
        stage: &stage.name,
        role,
        verdict: word(&["result", "verdict"]).as_deref(),
        status: word(&["status", "staging_status", "deploy_status"]).as_deref(),
        duration_seconds: Some(totals.last_duration_ms / 1_000).filter(|_| totals.finished),
        documents: &documents(plan, stage, role, evidence),
        usage: &totals.last_usage,
    });
    plan.comment(role.clone(), html);
}

fn documents(
    plan: &Plan<'_>,
    stage: &Stage,
    role: &Role,
    evidence: &Evidence,
) -> Vec<(String, Option<String>)> {
    let task = &plan.task;
    if stage.name == plan.rules.pipeline.mending {
        let branch = (branch_label(task.branch.as_str()), None);
        let pull = task.pull_request.map(|number| (pull_request_label(number), None));
        return std::iter::once(branch).chain(pull).collect();
    }
    document_labels(role, &stage.name)
        .iter()
        .filter(|(name, _)| exists(task, name, evidence))
        .map(|(_, label)| ((*label).to_owned(), None))
        .collect()
}

fn exists(task: &Task, name: &str, evidence: &Evidence) -> bool {
    let path = task.document(name);
    let directory = format!("{path}/");
    evidence.document(&path).is_some()
        || evidence
            .listed
            .iter()
            .any(|listed| listed.starts_with(&directory))
}

/// Tells why the task went back; the newest bounce says it.
pub(super) fn bounced(plan: &mut Plan<'_>, cause: Cause) {
    let Some(bounce) = plan.task.bounces.last().cloned() else {
        return;
    };
    let locale = plan.rules.project.locale;
    let attempt = plan.task.counters.bounces.get(&cause).copied().unwrap_or(1);
    let max = plan.rules.pipeline.limits.bounces_per_cause;
    let first_lines = || -> Vec<String> {
        bounce
            .findings
            .iter()
            .map(|finding| finding.lines().next().unwrap_or_default().to_owned())
            .collect()
    };
    let there = plan.voice(&bounce.from);
    let (author, html) = match cause {
        Cause::Review => {
            let count = u32::try_from(bounce.findings.len()).unwrap_or(u32::MAX);
            (there, review_bounced_comment(locale, count, attempt, max))
        }
        Cause::Ci => (
            plan.voice(&plan.task.stage),
            ci_bounced_comment(attempt, max, &first_lines()),
        ),
        Cause::Tests => (there, tests_failed_comment(locale, &bounce.reason)),
        Cause::Gate(gate) => (
            there,
            gate_failed_comment(bounce.from.as_str(), gate.as_str(), &bounce.reason),
        ),
        Cause::Conflict => {
            let mut files = bounce.findings.clone();
            files.pop();
            let base = plan.rules.project.default_branch.as_str();
            (
                Role::stream(),
                merge_conflict_comment(locale, base, &files, attempt, max),
            )
        }
    };
    plan.comment(author, html);
}

/// The task's live message.
pub(super) fn tracker_message(task: &Task, rules: Rules<'_>) -> String {
    let mut lines = Vec::new();
    let reading = |task: &Task| match task.review_clock {
        (Some(from), Some(to)) => Some((to.since(from).as_secs(), false)),
        (Some(from), None) => Some((rules.now.since(from).as_secs(), true)),
        (None, _) => None,
    };
    let approved_at = rules.pipeline.stages.iter().find(|stage| asks_approval(stage));
    for stage in &rules.pipeline.stages {
        if let Some(kind) = line_kind(task, stage) {
            lines.push(StageLine {
                stage: &stage.name,
                kind,
            });
        }
        if let (Some((seconds, waiting)), true) = (reading(task), approved_at == Some(stage)) {
            lines.push(StageLine {
                stage: &stage.name,
                kind: LineKind::ReviewClock { seconds, waiting },
            });
        }
    }
    let done = (task.state == TaskState::Done).then(|| DoneTimes {
        total_seconds: task.since.since(task.created_at).as_secs(),
        agents_seconds: task.totals.values().map(|totals| totals.duration_ms).sum::<u64>() / 1_000,
        yours_seconds: reading(task).map_or(0, |(seconds, _)| seconds),
    });
    tracker::tracker_message(&TrackerMessage {
        locale: rules.project.locale,
        work_item: task.work_item.as_str(),
        title: &task.title,
        lines: &lines,
        total: &task.usage(),
        done,
        pull_request: task.pull_request,
    })
}

/// A human's approval ends the stage; the review clock counts the time until then.
pub(super) fn asks_approval(stage: &Stage) -> bool {
    stage.gates.contains(&GateName::CheckAnalysisApproved)
}

fn line_kind<'a>(task: &'a Task, stage: &Stage) -> Option<LineKind<'a>> {
    let totals = task.totals.get(&stage.name);
    let current = task.stage == stage.name;
    if let (TaskState::Blocked { reason, .. }, true) = (&task.state, current) {
        return Some(LineKind::Blocked { reason });
    }
    let totals = totals?;
    let in_flight = current && matches!(task.state, TaskState::Working { .. });
    if in_flight || (current && !totals.finished) {
        return Some(LineKind::Running { attempt: totals.runs });
    }
    totals.finished.then_some(LineKind::Finished {
        seconds: totals.last_duration_ms / 1_000,
        usage: totals.last_usage,
        model: totals.model.as_deref(),
    })
}
