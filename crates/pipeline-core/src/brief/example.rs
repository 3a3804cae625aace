//! The front matter that a stage's gate reads, filled in for the work item at hand.

use std::fmt::Write;

use crate::stage::{GateName, Stage, WriteScope};
use crate::task::Task;

/// A gate, the key that it reads, and the two values.
const FIELDS: [(GateName, &str, [&str; 2]); 4] = [
    (
        GateName::CheckReviewerVerdict,
        "verdict",
        ["APPROVED", "REQUEST_CHANGES"],
    ),
    (GateName::CheckTestsPassed, "result", ["PASS", "FAILED"]),
    (
        GateName::CheckStagingStatus,
        "staging_status",
        ["SUCCESS", "FAILED"],
    ),
    (
        GateName::CheckDeployStatus,
        "deploy_status",
        ["SUCCESS", "FAILED"],
    ),
];

/// Nothing where the role writes code: no gate reads its front matter.
pub(super) fn write(text: &mut String, task: &Task, stage: &Stage) -> std::fmt::Result {
    let work_item = &task.work_item;
    let report = FIELDS.iter().find(|(gate, ..)| stage.gates.contains(gate));
    if let Some((_, key, [good, bad])) = report {
        let files: Vec<String> = stage.reports.iter().map(|name| task.document(name)).collect();
        writeln!(
            text,
            "\nThe front matter is the first thing in {}, without the fence that is around it here:\n\n\
             ```\n---\nwork_item: {work_item}\n{key}: {good}\n---\n```\n\n\
             `{key}` is {good} or {bad}, the one that is true, and nothing besides.",
            files.join(", ")
        )
    } else if matches!(stage.scope, WriteScope::Code(_)) {
        Ok(())
    } else {
        writeln!(
            text,
            "\nThe front matter is the first thing in each Markdown file, without the fence that is around it here:\n\n\
             ```\n---\nwork_item_id: {work_item}\n---\n```"
        )
    }
}
