//! Live progress: a line per finished run and bounce, a spinner for what goes on. Silent with `--json`.

use std::collections::BTreeSet;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline_core::id::RunId;
use pipeline_core::run::RunRow;
use pipeline_core::task::{Task, TaskState};
use pipeline_core::time::Timestamp;
use pipeline_core::usage::{cost_text, duration_text};
use pipeline_core::why::explain;

use crate::report::run_line;

/// Shows a task while it moves.
pub(crate) struct Progress {
    bar: ProgressBar,
    shown: BTreeSet<RunId>,
    bounces: usize,
    stage: String,
    held_back: Vec<String>,
    silent: bool,
}

impl Progress {
    pub(crate) fn new(silent: bool) -> Self {
        let target = if silent {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        if !silent {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            bar,
            shown: BTreeSet::new(),
            bounces: 0,
            stage: String::new(),
            held_back: Vec::new(),
            silent,
        }
    }

    /// Shows what is new.
    pub(crate) fn show(&mut self, task: &Task, runs: &[RunRow], now: Timestamp) {
        for run in runs.iter().filter(|run| run.finished_at.is_some()) {
            if self.shown.insert(run.run) {
                self.line(&run_line(run));
            }
        }
        for bounce in task.bounces.iter().skip(self.bounces) {
            self.line(&format!(
                "↩ {:<15} {}: {}",
                bounce.from.as_str(),
                bounce.cause,
                bounce.reason
            ));
        }
        self.bounces = task.bounces.len();
        if self.stage != task.stage.as_str() {
            task.stage.as_str().clone_into(&mut self.stage);
            if task.merged.is_some() && task.stage.as_str() == "deploy-staging" {
                self.line("⇢ merged into the default branch");
            }
        }
        self.bar.set_message(message(task, self.held_back.first(), now));
    }

    /// Says once what keeps work from beginning.
    pub(crate) fn hold_back(&mut self, lines: Vec<String>) {
        for line in lines.iter().filter(|line| !self.held_back.contains(line)) {
            self.line(&format!("⏸ {line}"));
        }
        self.held_back = lines;
    }

    /// A line that stays; where there is no terminal it is printed without the spinner.
    pub(crate) fn line(&self, text: &str) {
        if self.silent {
            return;
        }
        if self.bar.is_hidden() {
            say(text);
        } else {
            self.bar.println(text);
        }
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn message(task: &Task, held_back: Option<&String>, now: Timestamp) -> String {
    let waits = match &task.state {
        TaskState::Working { .. } => held_back.map_or("the role works", String::as_str).to_owned(),
        TaskState::Starting
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(_)
        | TaskState::Merging { .. }
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => explain(task).waits_for,
    };
    format!(
        "{} · {} · {waits} · {} · {}",
        task.work_item,
        task.stage,
        duration_text(now.since(task.created_at).as_secs()),
        cost_text(task.usage().cost_usd)
    )
}

#[allow(clippy::print_stderr, reason = "this is the demo's terminal")]
fn say(text: &str) {
    eprintln!("{text}");
}
