//! Tasks, pipelines, the log and timers.

use std::cmp::Reverse;

use async_trait::async_trait;
use pipeline_core::event::LogEntry;
use pipeline_core::id::{PipelineDigest, ProjectDigest, ProjectId, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, Committed, DueTimer, TaskFilter, TaskKey, TaskStore};
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;

#[async_trait]
impl TaskStore for FakeStore {
    async fn allot_task(&self) -> Result<TaskId, StoreError> {
        self.write("allot_task", |state| {
            state.allotted += 1;
            Ok(TaskId(state.allotted))
        })
    }

    async fn task(&self, key: &TaskKey) -> Result<Option<Task>, StoreError> {
        self.call("task", |state| {
            Ok(state.tasks.values().find(|task| is_named(task, key)).cloned())
        })
    }

    async fn tasks(&self, filter: TaskFilter) -> Result<Vec<Task>, StoreError> {
        self.call("tasks", |state| {
            let mut tasks: Vec<Task> = state.tasks.values().cloned().collect();
            match filter {
                TaskFilter::Open => tasks.retain(|task| !task.is_over()),
                TaskFilter::NewestFinished(limit) => {
                    tasks.retain(Task::is_over);
                    tasks.sort_by_key(|task| Reverse((task.since, task.id)));
                    tasks.truncate(limit);
                }
                TaskFilter::All => {}
            }
            Ok(tasks)
        })
    }

    async fn slot_holders(&self, project: &ProjectId) -> Result<Vec<Task>, StoreError> {
        self.call("slot_holders", |state| {
            let holds = |task: &&Task| task.holds_slot && task.project == *project && !task.is_over();
            Ok(state.tasks.values().filter(holds).cloned().collect())
        })
    }

    async fn pipeline(&self, digest: &PipelineDigest) -> Result<Option<Pipeline>, StoreError> {
        self.call("pipeline", |state| Ok(state.pipelines.get(digest).cloned()))
    }

    async fn project(&self, digest: &ProjectDigest) -> Result<Option<Project>, StoreError> {
        self.call("project", |state| Ok(state.projects.get(digest).cloned()))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.write("commit", |state| state.commit(commit))
    }

    async fn log(&self, task: TaskId) -> Result<Vec<LogEntry>, StoreError> {
        self.call("log", |state| {
            Ok(state
                .log
                .iter()
                .filter(|entry| entry.task == task)
                .cloned()
                .collect())
        })
    }

    async fn due_timers(&self, now: Timestamp, limit: usize) -> Result<Vec<DueTimer>, StoreError> {
        self.call("due_timers", |state| {
            let mut due: Vec<_> = state
                .timers
                .iter()
                .filter(|(_, timer)| timer.due <= now)
                .collect();
            due.sort_by_key(|(_, timer)| timer.due);
            Ok(due
                .into_iter()
                .take(limit)
                .map(|(&(task, kind), timer)| DueTimer {
                    task,
                    kind,
                    generation: timer.generation,
                })
                .collect())
        })
    }
}

fn is_named(task: &Task, key: &TaskKey) -> bool {
    match key {
        TaskKey::Id(id) => task.id == *id,
        TaskKey::WorkItem(work_item) => task.work_item == *work_item,
        TaskKey::Issue(project, issue) => task.project == *project && task.issue == *issue,
        TaskKey::Branch(project, branch) => task.project == *project && task.branch == *branch,
    }
}
