//! What the night came to, counted and printed.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipeline_core::task::TaskState;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::{Usage, cost_text};

use super::world::World;

/// Counts of what happened to all tasks together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) events: u64,
    pub(crate) ignored: u64,
    /// What the rules called impossible; empty when all is well.
    pub(crate) illegal: Vec<String>,
    pub(crate) effects: u64,
    pub(crate) comments: u64,
    pub(crate) alerts: u64,
    pub(crate) restarts: u64,
    pub(crate) pull_requests: u64,
    pub(crate) faults: BTreeMap<&'static str, u64>,
}

/// What one task came to.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) work_item: String,
    pub(crate) stage: String,
    pub(crate) state: &'static str,
    pub(crate) runs: u32,
    pub(crate) bounces: usize,
    pub(crate) hours: f64,
    pub(crate) cost: f64,
    pub(crate) reason: String,
}

/// The night.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    pub(crate) tally: Tally,
}

impl Tally {
    pub(super) fn fault(&mut self, what: &'static str) {
        *self.faults.entry(what).or_default() += 1;
    }
}

impl Report {
    pub(super) fn of(world: World<'_>) -> Self {
        let now = world.agenda.now;
        let rows = world.tasks.iter().map(|simulated| {
            let task = &simulated.task;
            let rests = task.is_over() || matches!(task.state, TaskState::Blocked { .. });
            let reason = match &task.state {
                TaskState::Blocked { reason, .. } => reason.lines().next().unwrap_or_default().to_owned(),
                TaskState::Starting
                | TaskState::Working { .. }
                | TaskState::Publishing { .. }
                | TaskState::Gathering { .. }
                | TaskState::Waiting(_)
                | TaskState::Merging { .. }
                | TaskState::Done
                | TaskState::Cancelled => String::new(),
            };
            Row {
                work_item: task.work_item.to_string(),
                stage: task.stage.to_string(),
                state: task.state.name(),
                runs: simulated.runs,
                bounces: task.bounces.len(),
                hours: hours(task.created_at, if rests { task.since } else { now }),
                cost: task.usage().cost_usd,
                reason,
            }
        });
        Self {
            rows: rows.collect(),
            tally: world.tally,
        }
    }

    /// Tasks whose state has this name.
    pub(crate) fn count(&self, state: &str) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    // Writing to a String cannot fail, so the results below are dropped.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let head = ["task", "end state", "stage", "runs", "bounces", "hours", "cost"];
        let [task, state, stage, runs, bounces, hours, cost] = head;
        let _ = writeln!(
            text,
            "{task:<10} {state:<18} {stage:<15} {runs:>4} {bounces:>7} {hours:>6} {cost:>8}"
        );
        for row in &self.rows {
            let line = format!(
                "{:<10} {:<18} {:<15} {:>4} {:>7} {:>6.1} {:>8}  {}",
                row.work_item,
                row.state,
                row.stage,
                row.runs,
                row.bounces,
                row.hours,
                cost_text(row.cost),
                short(&row.reason)
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        self.totals(&mut text);
        text
    }

    fn totals(&self, text: &mut String) {
        let mut usage = Usage::default();
        let (mut runs, mut bounces) = (0, 0);
        for row in &self.rows {
            usage.cost_usd += row.cost;
            runs += row.runs;
            bounces += row.bounces;
        }
        let (done, blocked, cancelled) = (self.count("done"), self.count("blocked"), self.count("cancelled"));
        let others = self.rows.len() - done - blocked - cancelled;
        let tally = &self.tally;
        let _ = writeln!(
            text,
            "\n{} tasks: {done} done, {blocked} blocked, {cancelled} cancelled, {others} waiting; {runs} runs, {bounces} bounces, {} restarts, {}",
            self.rows.len(),
            tally.restarts,
            cost_text(usage.cost_usd)
        );
        let _ = writeln!(
            text,
            "{} events, {} of them changed nothing, {} impossible; {} effects, {} comments and {} alerts among them",
            tally.events,
            tally.ignored,
            tally.illegal.len(),
            tally.effects,
            tally.comments,
            tally.alerts
        );
        let _ = writeln!(text, "\nfaults:");
        for (fault, times) in &tally.faults {
            let _ = writeln!(text, "{times:>5} × {fault}");
        }
    }
}

fn short(reason: &str) -> String {
    pipeline_core::message::text::cut(reason, 60)
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from).as_secs_f64() / 3_600.0
}
