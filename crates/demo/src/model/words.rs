//! What the model makes of words: its assignment out of a brief, and its closing words out of a result record.

use model_stub::Conversation;
use pipeline_core::id::{JobId, RunId, TaskId, WorkItemId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::stage::StageName;
use serde_json::Value;

use crate::agent::Assignment;
use crate::scenario::Scenario;

/// The brief names the work item in its title and the stage in its list. The error is a sentence.
pub(super) fn assignment(scenario: Scenario, conversation: &Conversation) -> Result<Assignment, String> {
    let brief = conversation.turn();
    let work_item = after(brief, "# Work item ")
        .and_then(|rest| rest.split(':').next())
        .ok_or("the brief names no work item")?;
    let stage = StageName::new(after(brief, "- stage: ").ok_or("the brief names no stage")?);
    let pipeline = Pipeline::built_in();
    let role = pipeline
        .stage(&stage)
        .and_then(|stage| stage.role.clone())
        .ok_or_else(|| format!("nobody works in the stage '{stage}'"))?;
    Ok(Assignment {
        scenario,
        role,
        stage,
        work_item: WorkItemId::new(work_item),
        // A model is not told which run it works in; that it is the first one of its task is enough for the scenarios.
        run: RunId {
            job: JobId {
                task: TaskId(1),
                number: 1,
            },
            fence: 1,
        },
        brief: brief.to_owned(),
    })
}

/// What is left of the last line that begins so.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.strip_prefix(beginning))
        .next_back()
        .map(str::trim)
        .filter(|rest| !rest.is_empty())
}

/// The summary of the scripted agent's result record.
pub(super) fn closing(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let record: Option<Value> = text
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok());
    record
        .as_ref()
        .and_then(|record| record["result"].as_str())
        .unwrap_or("Done.")
        .to_owned()
}
