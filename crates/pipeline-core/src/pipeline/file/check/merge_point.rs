//! The merge: it comes after the gates that prove the code, nothing changes the code between them and it, and there is somebody who
//! mends what does not merge.

use super::Subject;
use super::gates::judges_code;
use super::routes::asks_approval;
use crate::pipeline::file::nearest::advice;
use crate::pipeline::file::reader::short;
use crate::stage::{GateName, OnFail, Stage, WriteScope};

pub(super) fn check(subject: &mut Subject<'_>) {
    let end = subject.pipeline().stages.len();
    let merge = merge_before(subject).unwrap_or(end);
    proofs(subject, merge);
    changes(subject, merge);
    afterwards(subject, merge);
    mending(subject, merge);
}

/// The place in the order of the stage that the merge comes before.
fn merge_before(subject: &mut Subject<'_>) -> Option<usize> {
    let name = subject.draft.merge_before.as_deref()?;
    let found = subject
        .pipeline()
        .stages
        .iter()
        .position(|stage| stage.name.as_str() == name);
    let working = found.filter(|at| {
        subject
            .pipeline()
            .stages
            .get(*at)
            .is_some_and(|stage| stage.role.is_some())
    });
    if working.is_none() {
        let known = subject.workers_before(subject.pipeline().stages.len());
        let message = if found.is_some() {
            format!("nobody works in '{name}'")
        } else {
            format!("there is no stage '{}'", short(name))
        };
        let fix = format!("{}; without the key the merge comes last", advice(name, known));
        subject.reader.refuse("merge_before", message, fix);
    }
    working
}

fn proofs(subject: &mut Subject<'_>, merge: usize) {
    for (at, stage, said) in subject.stages() {
        let judge = stage.gates.iter().position(|gate| judges_code(*gate));
        let (Some(index), true) = (judge, at >= merge) else {
            continue;
        };
        let message = format!(
            "'{}' judges the code after it is merged (before '{}')",
            stage.name,
            subject.draft.merge_before.as_deref().unwrap_or_default()
        );
        let fix = "name a later stage in `merge_before`, or move this one before the merge".to_owned();
        subject.refuse_element((said, "gates"), said.gates.get(index), message, fix);
    }
}

fn writes_code(stage: &Stage) -> bool {
    match &stage.scope {
        WriteScope::Documents(_) => false,
        WriteScope::DocsTree(_) | WriteScope::Code(_) => stage.role.is_some(),
    }
}

/// Before the merge, changed code is judged again; a stage that changes it between judge and merge would make that endless.
fn changes(subject: &mut Subject<'_>, merge: usize) {
    let binding = [
        GateName::CheckReviewerVerdict,
        GateName::CheckReviewApproved,
        GateName::CheckTestsPassed,
    ];
    let binds = |stage: &&Stage| binding.iter().any(|gate| stage.gates.contains(gate));
    for (at, stage, said) in subject.stages() {
        let judge = subject.pipeline().stages.iter().take(at).find(binds);
        let (Some(judge), true) = (judge, at < merge && writes_code(stage)) else {
            continue;
        };
        let message = format!(
            "a loop without a limit: '{}' changes the repository after '{}' judged it, so it is judged again before the merge, each time",
            stage.name, judge.name
        );
        let fix = format!("put it before '{}', or let it write `documents` only", judge.name);
        subject.refuse((said, "may_write"), message, fix);
    }
}

/// After the merge there is no branch to mend: a failure leads to a human first.
fn afterwards(subject: &mut Subject<'_>, merge: usize) {
    for (at, stage, said) in subject.stages() {
        let OnFail::Bounce { stage: to, .. } = &stage.on_fail else {
            continue;
        };
        let before = subject
            .pipeline()
            .position(to)
            .is_some_and(|target| target < merge);
        if at >= merge && before {
            let message = format!(
                "the route leads from '{}' back over the merge without a human",
                stage.name
            );
            let fix = format!("write `on_fail: {{stage: {to}, block: true}}`");
            subject.refuse((said, "on_fail"), message, fix);
        }
    }
}

fn mending(subject: &mut Subject<'_>, merge: usize) {
    let name = subject.pipeline().mending.clone();
    if name.as_str().is_empty() {
        let message = "nobody may write code, so nobody can mend what does not merge";
        let fix = "name the stage in `mending`, or give a stage `may_write: {code: []}`";
        subject.reader.refuse("mending", message, fix);
        return;
    }
    let Some((at, stage)) = subject.worker(&name) else {
        let known = subject.workers_before(subject.pipeline().stages.len());
        let fix = advice(name.as_str(), known);
        subject.reader.refuse(
            "mending",
            format!(
                "there is no stage '{}' in which somebody works",
                short(name.as_str())
            ),
            fix,
        );
        return;
    };
    if !writes_code(stage) {
        let message = format!("'{name}' may write its documents only, so it cannot mend code");
        subject
            .reader
            .refuse("mending", message, "name a stage with `may_write: {code: …}`");
    }
    if at >= merge || stage.staging_only {
        let message = format!("'{name}' does not come before the merge in every project");
        subject.reader.refuse(
            "mending",
            message,
            "name a stage that comes before `merge_before`",
        );
    }
    let between = subject.pipeline().stages.iter().take(merge).skip(at);
    if let Some(approved) = between.into_iter().find(|stage| asks_approval(stage)) {
        let message = format!(
            "a loop without a limit: from the merge back to '{name}', past the approval at '{}', which makes its counters fresh",
            approved.name
        );
        subject.reader.refuse(
            "mending",
            message,
            format!("name a stage after '{}'", approved.name),
        );
    }
}
