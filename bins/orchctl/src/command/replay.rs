//! `orchctl replay`: runs a task's event log through the rules again and compares the end with the stored task. Reads only.

use clap::Args;
use pipeline_core::port::store::tasks::{TaskFilter, TaskKey, TaskStore};
use pipeline_core::replay::stored::{StoredReplayError, replay_stored};
use pipeline_core::task::Task;
use serde::Serialize;
use store_sqlite::SqliteStore;

use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::{exit, lookup, text};

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Task id (7) or work item (DEMO-001)
    #[arg(value_name = "TASK", required_unless_present = "all")]
    task: Option<String>,
    /// Every task, finished ones too
    #[arg(long, conflicts_with = "task")]
    all: bool,
}

impl Replay {
    /// Shows what each log leads to; the exit code says whether all lead to the stored state.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let store = &session.store;
        let tasks = match &self.task {
            Some(wanted) => vec![lookup::task(store, wanted).await?],
            None => store.tasks(TaskFilter::All).await?,
        };
        let mut sheet = ReplaySheet { tasks: Vec::new() };
        for task in tasks {
            sheet.tasks.push(replayed(store, task).await?);
        }
        session.show(&sheet)?;
        let differs = sheet.tasks.iter().any(|line| !line.equal);
        Ok(if differs { exit::ELSEWHERE } else { exit::OK })
    }
}

/// A task that a living daemon changed between the reads of it and of its log is read again.
async fn replayed(store: &SqliteStore, mut task: Task) -> Result<ReplayLine, Failure> {
    loop {
        let trouble = match replay_stored(store, &task).await {
            Ok(entries) => return Ok(ReplayLine::equal(&task, entries)),
            Err(StoredReplayError::Store(error)) => return Err(error.into()),
            Err(error @ (StoredReplayError::NoPipeline { .. } | StoredReplayError::Replay(_))) => {
                error.to_string()
            }
        };
        match store.task(&TaskKey::Id(task.id)).await? {
            Some(newer) if newer.revision != task.revision => task = newer,
            Some(_) | None => return Ok(ReplayLine::elsewhere(&task, Some(trouble))),
        }
    }
}

#[derive(Serialize)]
struct ReplaySheet {
    tasks: Vec<ReplayLine>,
}

impl Show for ReplaySheet {
    fn text(&self) -> String {
        if self.tasks.is_empty() {
            return "there are no tasks".to_owned();
        }
        let lines: Vec<String> = self.tasks.iter().map(ReplayLine::sentence).collect();
        lines.join("\n")
    }
}

#[derive(Serialize)]
struct ReplayLine {
    id: i64,
    work_item: String,
    revision: u64,
    state: &'static str,
    equal: bool,
    entries: Option<usize>,
    reason: Option<String>,
}

impl ReplayLine {
    fn equal(task: &Task, entries: usize) -> Self {
        Self {
            equal: true,
            entries: Some(entries),
            ..Self::elsewhere(task, None)
        }
    }

    fn elsewhere(task: &Task, reason: Option<String>) -> Self {
        Self {
            id: task.id.0,
            work_item: task.work_item.to_string(),
            revision: task.revision,
            state: task.state.name(),
            equal: false,
            entries: None,
            reason,
        }
    }

    fn sentence(&self) -> String {
        let name = format!("{} (task {})", self.work_item, self.id);
        match (self.entries, &self.reason) {
            (Some(entries), _) => format!(
                "{name}: {entries} events lead to the stored state ({}, revision {})",
                self.state, self.revision
            ),
            (None, reason) => format!("{name}: {}", text::line(reason.as_deref().unwrap_or_default())),
        }
    }
}
