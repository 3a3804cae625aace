//! The page of `orchctl task show`.

use pipeline_core::id::{BranchName, CommitSha, IssueId, PipelineDigest};
use pipeline_core::task::{Counters, Task};
use pipeline_core::usage::Usage;
use serde::Serialize;

use crate::output::Show;
use crate::text;
use crate::view::daemon::DaemonLine;
use crate::view::effect::EffectLine;
use crate::view::job::JobLine;
use crate::view::order::OrderLine;
use crate::view::run::{RunLine, StageLine};
use crate::view::story::{BounceLine, LogLine};
use crate::view::task::TaskLine;

/// Everything that is known of a task.
#[derive(Serialize)]
pub(super) struct TaskSheet {
    #[serde(flatten)]
    pub(super) line: TaskLine,
    #[serde(flatten)]
    pub(super) fields: TaskFields,
    pub(super) bounces: Vec<BounceLine>,
    pub(super) stages: Vec<StageLine>,
    pub(super) runs: Vec<RunLine>,
    pub(super) jobs: Vec<JobLine>,
    pub(super) open_effects: Vec<EffectLine>,
    pub(super) orders: Vec<OrderLine>,
    pub(super) log: Vec<LogLine>,
    /// Older entries that are not in `log`.
    pub(super) log_left_out: usize,
    pub(super) daemon: DaemonLine,
}

/// Fields of a task beside those of [`TaskLine`].
#[derive(Serialize)]
pub(super) struct TaskFields {
    issue: IssueId,
    description: String,
    branch: BranchName,
    pipeline: PipelineDigest,
    revision: u64,
    created_at: String,
    stage_since: String,
    head: Option<CommitSha>,
    pull_request: Option<u64>,
    merged: Option<CommitSha>,
    approved_at: Option<String>,
    approved_by: Option<String>,
    counters: Counters,
    timers: Vec<&'static str>,
    usage: Usage,
}

impl TaskFields {
    /// The fields of the task.
    pub(super) fn of(task: Task) -> Self {
        let usage = task.usage();
        Self {
            issue: task.issue,
            description: task.description,
            branch: task.branch,
            pipeline: task.pipeline,
            revision: task.revision,
            created_at: task.created_at.to_rfc3339(),
            stage_since: task.stage_since.to_rfc3339(),
            head: task.head,
            pull_request: task.pull_request,
            merged: task.merged,
            approved_at: task.approval.as_ref().map(|approval| approval.at.to_rfc3339()),
            approved_by: task.approval.map(|approval| approval.by),
            counters: task.counters,
            timers: task.timers.keys().map(|kind| kind.as_str()).collect(),
            usage,
        }
    }
}

impl Show for TaskSheet {
    fn text(&self) -> String {
        let log = match self.log_left_out {
            0 => "Event log".to_owned(),
            older => format!("Event log ({older} older entries: --log)"),
        };
        let mut parts = vec![self.head()];
        for (title, empty, table) in [
            (
                "Bounces",
                self.bounces.is_empty(),
                BounceLine::table(&self.bounces),
            ),
            ("Stages", self.stages.is_empty(), StageLine::table(&self.stages)),
            ("Runs", self.runs.is_empty(), RunLine::table(&self.runs)),
            ("Jobs", self.jobs.is_empty(), JobLine::table(&self.jobs)),
            (
                "Open effects",
                self.open_effects.is_empty(),
                EffectLine::table(&self.open_effects),
            ),
            ("Orders", self.orders.is_empty(), OrderLine::table(&self.orders)),
            (&log, self.log.is_empty(), LogLine::table(&self.log)),
        ] {
            if !empty {
                parts.push(format!("{title}\n{table}"));
            }
        }
        if !self.line.is_over {
            parts.extend(self.daemon.warning());
        }
        parts.join("\n\n")
    }
}

impl TaskSheet {
    fn head(&self) -> String {
        let (line, fields) = (&self.line, &self.fields);
        let mut lines = vec![format!("{}: {}", line.work_item, text::line(&line.title))];
        let mut add = |label: &str, value: Option<String>| {
            lines.extend(value.map(|value| format!("  {label:<14}{value}")));
        };
        add(
            "task",
            Some(format!(
                "{} (project {}, issue {})",
                line.id, line.project, fields.issue
            )),
        );
        add(
            "stage",
            Some(format!("{} since {}", line.stage, fields.stage_since)),
        );
        add(
            "state",
            Some(format!("{} since {} ({})", line.state, line.since, line.ago)),
        );
        add("waits for", Some(text::line(&line.waits_for)));
        add("ended by", Some(text::line(&line.ended_by)));
        add("branch", Some(fields.branch.to_string()));
        add("head", fields.head.as_ref().map(ToString::to_string));
        add(
            "pull request",
            fields.pull_request.map(|number| format!("#{number}")),
        );
        add("merged as", fields.merged.as_ref().map(ToString::to_string));
        add("approved", fields.approval_line());
        add("started", Some(fields.created_at.clone()));
        add(
            "cost",
            Some(format!(
                "{} ({})",
                text::cost(&fields.usage),
                text::tokens(&fields.usage)
            )),
        );
        add("counters", fields.counters_line());
        add(
            "timers",
            (!fields.timers.is_empty()).then(|| fields.timers.join(", ")),
        );
        add("pipeline", Some(fields.pipeline.to_string()));
        add("description", Some(text::short_line(&fields.description, 300)));
        lines.join("\n")
    }
}

impl TaskFields {
    fn approval_line(&self) -> Option<String> {
        let (by, at) = (self.approved_by.as_ref()?, self.approved_at.as_ref()?);
        Some(format!("by {} at {at}", text::line(by)))
    }

    /// The counters that have counted something.
    fn counters_line(&self) -> Option<String> {
        let counters = &self.counters;
        let bounces = counters
            .bounces
            .iter()
            .map(|(cause, count)| (format!("bounces ({cause})"), *count));
        let loops = [
            ("question rounds", counters.question_rounds),
            ("conflict rounds", counters.conflict_rounds),
            ("repair runs", counters.repairs),
            ("merges of the default branch", counters.base_merges),
            ("failed attempts", counters.attempts),
            ("transient failures", counters.transient),
            ("failed gatherings", counters.unavailable),
            ("looks at CI", counters.ci_polls),
            ("repeated pushes", counters.repushes),
        ];
        let named = loops.into_iter().map(|(name, count)| (name.to_owned(), count));
        let counted: Vec<String> = bounces
            .chain(named)
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        (!counted.is_empty()).then(|| counted.join(", "))
    }
}
