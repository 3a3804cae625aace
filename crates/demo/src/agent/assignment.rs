//! What a run is told: by the environment and by its brief. The only place of this crate that reads the environment.

use pipeline_core::id::{RunId, WorkItemId};
use pipeline_core::role::Role;
use pipeline_core::stage::StageName;

use super::error::AgentError;
use crate::scenario::Scenario;

/// One run's work.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The story that is played.
    pub scenario: Scenario,
    /// Who works.
    pub role: Role,
    /// In which stage.
    pub stage: StageName,
    /// Names the directory of documents.
    pub work_item: WorkItemId,
    /// Which attempt at which job.
    pub run: RunId,
    /// The brief as it came; the role's prompt may stand before it.
    pub brief: String,
}

impl Assignment {
    pub(super) fn from_environment(scenario: &str, brief: String) -> Result<Self, AgentError> {
        let run = variable("ORCHD_RUN_ID")?;
        let run: RunId = run
            .parse()
            .map_err(|error| environment("ORCHD_RUN_ID", format!("is wrong: {error}")))?;
        Ok(Self {
            scenario: scenario.parse()?,
            role: Role::new(variable("ORCHD_ROLE")?),
            stage: StageName::new(variable("ORCHD_STAGE")?),
            work_item: work_item(variable("ORCHD_WORK_ITEM")?)?,
            run,
            brief,
        })
    }
}

/// It becomes part of paths, so nothing that leaves its directory may pass.
fn work_item(text: String) -> Result<WorkItemId, AgentError> {
    let plain = text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_');
    if plain && !text.starts_with('-') {
        Ok(WorkItemId::new(text))
    } else {
        Err(environment(
            "ORCHD_WORK_ITEM",
            format!("is not a work item id: '{text}'"),
        ))
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a provider is told who it is by its environment"
)]
fn variable(name: &'static str) -> Result<String, AgentError> {
    let value =
        std::env::var(name).map_err(|error| environment(name, format!("cannot be read ({error})")))?;
    if value.is_empty() {
        return Err(environment(name, "is empty".to_owned()));
    }
    Ok(value)
}

fn environment(name: &'static str, problem: String) -> AgentError {
    AgentError::Environment { name, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_item_cannot_leave_its_directory() {
        assert!(work_item("ET-012-2".to_owned()).is_ok());
        for text in ["../x", "a/b", "-x", "a b", "a\nb"] {
            assert!(work_item(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
