//! A task in one line. The fields are those of GET /status.

use pipeline_core::id::{ProjectId, TaskId, WorkItemId};
use pipeline_core::stage::StageName;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::why::explain;
use serde::Serialize;

use crate::text;

/// What is most wanted of a task.
#[derive(Serialize)]
pub(crate) struct TaskLine {
    pub(crate) id: TaskId,
    pub(crate) project: ProjectId,
    pub(crate) work_item: WorkItemId,
    pub(crate) title: String,
    pub(crate) stage: StageName,
    pub(crate) state: &'static str,
    pub(crate) since: String,
    pub(crate) waits_for: String,
    pub(crate) ended_by: String,
    /// The same as `since`, told by its distance.
    #[serde(skip)]
    pub(crate) ago: String,
    #[serde(skip)]
    pub(crate) is_over: bool,
}

impl TaskLine {
    /// The task as of now.
    pub(crate) fn of(task: &Task, now: Timestamp) -> Self {
        let explanation = explain(task);
        Self {
            id: task.id,
            project: task.project.clone(),
            work_item: task.work_item.clone(),
            title: task.title.clone(),
            stage: task.stage.clone(),
            state: task.state.name(),
            since: task.since.to_rfc3339(),
            waits_for: explanation.waits_for,
            ended_by: explanation.ended_by,
            ago: text::ago(task.since, now),
            is_over: task.is_over(),
        }
    }

    /// The row of the list.
    pub(crate) fn row(&self) -> [String; 7] {
        [
            self.id.to_string(),
            self.work_item.to_string(),
            text::short_line(&self.title, 40),
            self.stage.to_string(),
            self.state.to_owned(),
            self.ago.clone(),
            text::line(&self.waits_for),
        ]
    }
}
