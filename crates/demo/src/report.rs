//! The demo's account of what happened: one JSON object, or lines for people.

use pipeline_core::id::ProjectId;
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::board::ChatMessage;
use pipeline_core::run::RunRow;
use pipeline_core::task::{Task, TaskState};
use pipeline_core::usage::{cost_text, duration_text, tokens_text};
use pipeline_core::why::explain;
use serde::Serialize;

/// The task is done, and its merge commit is in the default branch.
pub const EXIT_DONE: u8 = 0;
/// The task is neither done nor blocked.
pub const EXIT_NOT_DONE: u8 = 1;
/// The task is blocked and needs a human.
pub const EXIT_BLOCKED: u8 = 3;

/// What happened, in the field names of `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The work item.
    pub task: String,
    /// Its state at the end: `done`, `blocked`, `cancelled`, …
    pub state: String,
    /// Why it stopped, when it is not done.
    pub reason: Option<String>,
    /// The stages that were worked in, in the order of their first run.
    pub stages: Vec<StageReport>,
    /// The commit on the default branch.
    pub merge_commit: Option<String>,
    /// That commit is in the default branch.
    pub merged: bool,
    /// The work item's documents in the default branch.
    pub documents: Vec<String>,
    /// Comments on the issue, as plain text.
    pub comments: Vec<String>,
    /// Messages of the chat: the live message and alerts.
    pub messages: Vec<String>,
    /// US dollars.
    pub cost: f64,
    /// The command that fetches the result.
    pub fetch: String,
    /// Where the state is kept.
    pub home: String,
}

/// One stage of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReport {
    /// Its name.
    pub stage: String,
    /// How many runs.
    pub runs: usize,
    /// The outcome of the last one.
    pub outcome: String,
    /// Of all its runs.
    pub seconds: f64,
}

/// What the report is made from.
pub(crate) struct Account<'a> {
    pub(crate) task: &'a Task,
    pub(crate) runs: &'a [RunRow],
    pub(crate) item: &'a ItemObservation,
    pub(crate) messages: &'a [ChatMessage],
    pub(crate) documents: Vec<String>,
    pub(crate) merged: bool,
    pub(crate) fetch: String,
    pub(crate) home: String,
}

impl Report {
    pub(crate) fn of(account: Account<'_>) -> Self {
        let task = account.task;
        let over = task.state == TaskState::Done;
        Self {
            task: task.work_item.to_string(),
            state: task.state.name().to_owned(),
            reason: (!over).then(|| explain(task).waits_for),
            stages: stages(account.runs),
            merge_commit: task.merged.as_ref().map(ToString::to_string),
            merged: account.merged,
            documents: account.documents,
            comments: account
                .item
                .comments
                .iter()
                .map(|comment| comment.text.clone())
                .collect(),
            messages: account
                .messages
                .iter()
                .map(|message| message.text.clone())
                .collect(),
            cost: task.usage().cost_usd,
            fetch: account.fetch,
            home: account.home,
        }
    }

    /// The exit code that tells it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match (self.state.as_str(), self.merged) {
            ("done", true) => EXIT_DONE,
            ("blocked", _) => EXIT_BLOCKED,
            _ => EXIT_NOT_DONE,
        }
    }

    /// The end for people.
    #[must_use]
    pub fn closing_lines(&self, project: &ProjectId) -> Vec<String> {
        let mut lines = Vec::new();
        if self.exit_code() == EXIT_DONE {
            let commit = self
                .merge_commit
                .as_deref()
                .and_then(|sha| sha.get(..12))
                .unwrap_or("-");
            lines.push(format!(
                "{} is done: merged as {commit}, {} in all",
                self.task,
                cost_text(self.cost)
            ));
            lines.push(format!(
                "documents: docs/work-items/{}/ ({} files)",
                self.task,
                self.documents.len()
            ));
            lines.push(format!("get the result: {}", self.fetch));
        } else {
            lines.push(format!(
                "{} is {}: {}",
                self.task,
                self.state,
                self.reason.as_deref().unwrap_or("-")
            ));
            lines.push(format!("ask why: orchctl --home {} why {}", self.home, self.task));
        }
        lines.push(format!("state of project {project}: {}", self.home));
        lines
    }
}

/// A finished run, for people.
pub(crate) fn run_line(run: &RunRow) -> String {
    let usage = &run.record.usage;
    let spent = if usage.is_zero() {
        String::new()
    } else {
        format!(
            "  {} in / {} out  {}",
            tokens_text(usage.full_input()),
            tokens_text(usage.output_tokens),
            cost_text(usage.cost_usd)
        )
    };
    let mark = if run.outcome == "finished" { "✓" } else { "✗" };
    let outcome = if run.outcome == "finished" {
        String::new()
    } else {
        format!("  {}", run.outcome)
    };
    format!(
        "{mark} {:<15} {:<10} {:>7}{spent}{outcome}",
        run.stage.as_str(),
        run.role.as_str(),
        short_duration(run.record.duration_ms)
    )
}

/// Scripted runs are quick: tenths below ten seconds.
fn short_duration(milliseconds: u64) -> String {
    if milliseconds < 10_000 {
        format!("{}.{}s", milliseconds / 1_000, milliseconds % 1_000 / 100)
    } else {
        duration_text(milliseconds / 1_000)
    }
}

fn stages(runs: &[RunRow]) -> Vec<StageReport> {
    let mut stages: Vec<StageReport> = Vec::new();
    for run in runs {
        let milliseconds = u32::try_from(run.record.duration_ms).unwrap_or(u32::MAX);
        let seconds = f64::from(milliseconds) / 1_000.0;
        match stages.iter_mut().find(|stage| stage.stage == run.stage.as_str()) {
            Some(stage) => {
                stage.runs += 1;
                stage.outcome.clone_from(&run.outcome);
                stage.seconds += seconds;
            }
            None => stages.push(StageReport {
                stage: run.stage.to_string(),
                runs: 1,
                outcome: run.outcome.clone(),
                seconds,
            }),
        }
    }
    stages
}
