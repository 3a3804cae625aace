//! Limits: each loop that the pipeline has is limited by a number that the file names.

use super::Subject;
use crate::pipeline::Limits;
use crate::pipeline::file::MAX_LIMIT;
use crate::stage::{OnFail, Stage};

pub(super) fn check(subject: &mut Subject<'_>) {
    let limits = subject.pipeline().limits;
    for (key, limit, loops) in loops(subject, limits) {
        let field = format!("limits.{key}");
        let named = subject.draft.limits.contains(&key);
        if let (Some(turns), false) = (&loops, named) {
            let message = format!("a loop without a limit: {turns}");
            let fix = format!("add `{key}: {limit}` to `limits`");
            subject.reader.refuse(&field, message, fix);
        } else if named && limit == 0 {
            let turns = loops.unwrap_or_else(|| "it is named".to_owned());
            let message = format!("0 limits nothing that can turn ({turns})");
            subject
                .reader
                .refuse(&field, message, format!("write a number from 1 to {MAX_LIMIT}"));
        } else if limit > MAX_LIMIT {
            let message = format!("{limit} is more than {MAX_LIMIT}");
            subject
                .reader
                .refuse(&field, message, format!("write a number from 1 to {MAX_LIMIT}"));
        }
    }
}

/// Every limit, and the loop of this pipeline that it is for.
fn loops(subject: &Subject<'_>, limits: Limits) -> [(&'static str, u32, Option<String>); 7] {
    let find = |wanted: &dyn Fn(&Stage) -> bool, what: &str| {
        let stage = subject.pipeline().stages.iter().find(|stage| wanted(stage))?;
        Some(format!("'{}' {what}", stage.name))
    };
    let bounces = |stage: &Stage| matches!(stage.on_fail, OnFail::Bounce { .. });
    let again = |stage: &Stage| stage.role.is_some() && !stage.single_attempt;
    let bounce = find(&bounces, "sends the task back");
    let merge = Some("the default branch moves while the task is merged".to_owned());
    [
        ("bounces_per_cause", limits.bounces_per_cause, bounce.clone()),
        ("bounces", limits.bounces, bounce),
        (
            "question_rounds",
            limits.question_rounds,
            find(&|stage| stage.asks_in.is_some(), "asks"),
        ),
        (
            "conflict_rounds",
            limits.conflict_rounds,
            find(&|stage| stage.objects_in.is_some(), "objects"),
        ),
        ("repairs", limits.repairs, find(&again, "mends its reports")),
        ("base_merges", limits.base_merges, merge),
        ("attempts", limits.attempts, find(&again, "is tried again")),
    ]
}
