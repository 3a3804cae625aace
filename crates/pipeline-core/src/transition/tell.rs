//! What people are told about the work: the status comment, the bounce comments, the live message.

use crate::evidence::{Document, Evidence, EvidenceRequest};
use crate::gate::ci_green::context_of;
use crate::message::alert::{ApproveRequest, approve_request_alert};
use crate::message::comment::Delivery;
use crate::message::hidden::{HiddenIn, hidden_text_comment};
use crate::message::setback::{
    Turn, ci_bounced_comment, gate_failed_comment, merge_conflict_comment, review_bounced_comment,
    tests_failed_comment,
};
use crate::message::status::{
    StatusComment, branch_label, document_labels, pull_request_label, status_comment,
};
use crate::message::tracker::{self, DoneTimes, LineKind, ReviewOf, StageLine, TrackerMessage};
use crate::pipeline::Pipeline;
use crate::role::Role;
use crate::stage::{Cause, GateName, Stage};
use crate::task::{Task, TaskState};
use crate::transition::Rules;
use crate::transition::plan::Plan;
use crate::untrusted::Removed;
use crate::verdict::front_matter::FrontMatter;

/// The documents that a status comment of this stage lists.
pub(super) fn documents_wanted(plan: &Plan<'_>, stage: &Stage) -> EvidenceRequest {
    if stage.role.is_none() {
        return EvidenceRequest::default();
    }
    let paths = document_labels(stage)
        .iter()
        .map(|(name, _)| plan.task.document(&asked_as(name)))
        .collect();
    EvidenceRequest {
        paths,
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
        .find_map(|name| found(evidence, &plan.task.document(name)))
        .and_then(|report| FrontMatter::read(&report.text).ok());
    let word = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| matter.as_ref()?.text(key).map(str::to_owned))
    };
    let (verdict, status) = verdict_keys(stage);
    let html = status_comment(&StatusComment {
        locale: plan.rules.project.locale,
        stage,
        role,
        verdict: word(verdict).as_deref(),
        status: word(status).as_deref(),
        // A run that took no time at all was not timed.
        duration_seconds: (totals.last_duration_ms > 0).then_some(totals.last_duration_ms / 1_000),
        documents: &documents(plan, stage, evidence),
        usage: &totals.last_usage,
    });
    plan.comment(role.clone(), html);
}

/// The keys of a report that are shown as its verdict, and those that are shown as its status: what the stage's gate reads comes first.
fn verdict_keys(stage: &Stage) -> (&'static [&'static str], &'static [&'static str]) {
    let has = |gate| stage.gates.contains(&gate);
    if has(GateName::CheckTestsPassed) {
        (&["result", "verdict"], &["status"])
    } else if has(GateName::CheckStagingStatus) {
        (&[], &["staging_status"])
    } else if has(GateName::CheckDeployStatus) {
        (&[], &["deploy_status"])
    } else {
        (&["verdict"], &["status"])
    }
}

/// Where the gates found it: in the run's result, else on the default branch.
fn found<'a>(evidence: &'a Evidence, path: &str) -> Option<&'a Document> {
    let on_default = evidence.on_default.iter();
    evidence
        .document(path)
        .or_else(|| on_default.into_iter().find(|document| document.path == path))
}

fn documents(plan: &Plan<'_>, stage: &Stage, evidence: &Evidence) -> Vec<(String, Option<String>)> {
    let task = &plan.task;
    let pages = plan.rules.project.forge_pages();
    if stage.name == plan.rules.pipeline.mending {
        let branch = task.branch.as_str();
        let page = pages.and_then(|pages| pages.branch(branch));
        let pull = task.pull_request.map(|number| {
            let page = pages.and_then(|pages| pages.pull_request(number));
            (pull_request_label(number), page)
        });
        return std::iter::once((branch_label(branch), page))
            .chain(pull)
            .collect();
    }
    document_labels(stage)
        .into_iter()
        .filter_map(|(name, label)| {
            let branch = branch_of(plan, &name, evidence)?;
            let page = pages.and_then(|pages| pages.document(branch, task.work_item.as_str(), &name));
            Some((label, page))
        })
        .collect()
}

/// The branch on which people find a document; none when it does not exist.
fn branch_of<'a>(plan: &'a Plan<'_>, name: &str, evidence: &Evidence) -> Option<&'a str> {
    let task = &plan.task;
    let path = task.document(name);
    let directory = format!("{path}/");
    let in_directory = |listed: &String| listed.starts_with(&directory);
    if evidence.document(&path).is_some() || evidence.listed.iter().any(in_directory) {
        let late = task.late_documents.as_ref().filter(|_| task.merged.is_some());
        Some(late.map_or(&task.branch, |late| &late.branch).as_str())
    } else {
        found(evidence, &path).map(|_| plan.rules.project.default_branch.as_str())
    }
}

/// Asks for approval of the stage's documents, with links to what is to be read.
pub(super) fn approve_request(plan: &mut Plan<'_>) {
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return;
    };
    let (project, task) = (plan.rules.project, &plan.task);
    let (branch, wi) = (task.branch.as_str(), task.work_item.as_str());
    let documents_url = project.forge_pages().and_then(|pages| {
        if stage.writes_specification() {
            pages.document(branch, wi, "01-brd.md")
        } else {
            pages.documents(branch, wi)
        }
    });
    let issue_url = project
        .tracker_pages()
        .and_then(|pages| pages.issue(task.issue.as_str()));
    let text = approve_request_alert(
        project.locale,
        &ApproveRequest {
            wi,
            in_tracker: &project.tracker_phrase,
            stage,
            documents_url: documents_url.as_deref(),
            issue_url: issue_url.as_deref(),
        },
    );
    plan.alert(text);
}

/// The next comment of this decision says what agents will not see. Not one of its own, so that logs of old replay to the same numbers of
/// effects.
pub(super) fn hidden(plan: &mut Plan<'_>, place: HiddenIn, removed: &[Removed]) {
    let html = hidden_text_comment(plan.rules.project.locale, place, removed);
    plan.aside = html.map_or_else(String::new, |html| format!("<br><br>{html}"));
}

/// Tells why the task went back; the newest bounce says it.
pub(super) fn bounced(plan: &mut Plan<'_>, cause: Cause) {
    let Some(bounce) = plan.task.bounces.last().cloned() else {
        return;
    };
    let locale = plan.rules.project.locale;
    let turn = Turn {
        attempt: plan.task.counters.bounces.get(&cause).copied().unwrap_or(1),
        max: plan.rules.pipeline.limits.bounces_per_cause,
    };
    let mending = plan.voice(&plan.task.stage);
    let there = plan.voice(&bounce.from);
    let (author, html) = match cause {
        Cause::Review => {
            let count = u32::try_from(bounce.findings.len()).unwrap_or(u32::MAX);
            (there, review_bounced_comment(locale, count, &mending, turn))
        }
        Cause::Ci => {
            let findings = bounce.findings.iter();
            let contexts: Vec<String> = findings.map(|finding| context_of(finding).to_owned()).collect();
            (mending, ci_bounced_comment(turn, &contexts))
        }
        Cause::Tests => (there, tests_failed_comment(locale, &bounce.reason, &mending)),
        Cause::Gate(gate) => (
            there,
            gate_failed_comment(bounce.from.as_str(), gate.as_str(), &bounce.reason),
        ),
        Cause::Conflict => {
            let mut files = bounce.findings;
            files.pop();
            let base = plan.rules.project.default_branch.as_str();
            (
                Role::stream(),
                merge_conflict_comment(locale, base, &files, &mending, turn),
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
            let of = if stage.writes_specification() {
                ReviewOf::Brd
            } else {
                ReviewOf::Stage
            };
            lines.push(StageLine {
                stage: &stage.name,
                kind: LineKind::ReviewClock { of, seconds, waiting },
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
        delivery: delivery(task, rules.pipeline),
    })
}

/// Deployed, if a role finished work at a stage that deploys: a pipeline need not have one, and somebody may merge before it.
pub(super) fn delivery(task: &Task, pipeline: &Pipeline) -> Delivery {
    let deploys = |stage: &&Stage| stage.gates.contains(&GateName::CheckDeployStatus);
    let finished = |stage: &Stage| {
        let totals = task.totals.get(&stage.name);
        totals.is_some_and(|totals| totals.finished)
    };
    if pipeline.stages.iter().filter(deploys).any(finished) {
        Delivery::Deployed
    } else {
        Delivery::Merged
    }
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
    let over = task.state == TaskState::Cancelled;
    if in_flight || (current && !totals.finished && !over) {
        return Some(LineKind::Running { attempt: totals.runs });
    }
    totals.finished.then_some(LineKind::Finished {
        seconds: totals.last_duration_ms / 1_000,
        usage: totals.last_usage,
        model: totals.model.as_deref(),
    })
}
