//! Runs, one by one and by stage, with what they cost.

use pipeline_core::id::RunId;
use pipeline_core::role::Role;
use pipeline_core::run::RunRow;
use pipeline_core::stage::StageName;
use pipeline_core::task::StageTotals;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use serde::Serialize;

use crate::text;

/// A run in one line.
#[derive(Serialize)]
pub(crate) struct RunLine {
    id: RunId,
    stage: StageName,
    role: Role,
    started_at: String,
    finished_at: Option<String>,
    duration_ms: u64,
    outcome: String,
    exit_code: Option<i32>,
    model: Option<String>,
    usage: Usage,
    summary: String,
}

impl RunLine {
    /// The run as of now; one that is under way has taken the time until now.
    pub(crate) fn of(row: &RunRow, now: Timestamp) -> Self {
        let so_far = u64::try_from(now.since(row.started_at).as_millis()).unwrap_or(u64::MAX);
        Self {
            id: row.run,
            stage: row.stage.clone(),
            role: row.role.clone(),
            started_at: row.started_at.to_rfc3339(),
            finished_at: row.finished_at.map(Timestamp::to_rfc3339),
            duration_ms: if row.finished_at.is_some() {
                row.record.duration_ms
            } else {
                so_far
            },
            outcome: row.outcome.clone(),
            exit_code: row.record.exit_code,
            model: row.record.model.clone(),
            usage: row.record.usage,
            summary: row.record.summary.clone(),
        }
    }

    /// `finished, 4m 12s since 2026-01-01T00:00:00Z`.
    pub(crate) fn sentence(&self) -> String {
        format!(
            "{}, {} since {}",
            text::line(&self.outcome),
            text::duration(self.duration_ms),
            self.started_at
        )
    }

    /// Runs under a header.
    pub(crate) fn table(runs: &[Self]) -> String {
        text::table(
            [
                "RUN", "STAGE", "ROLE", "STARTED", "DURATION", "TOKENS", "COST", "OUTCOME",
            ],
            runs.iter().map(Self::row),
        )
    }

    fn row(&self) -> [String; 8] {
        [
            self.id.to_string(),
            self.stage.to_string(),
            self.role.as_str().to_owned(),
            self.started_at.clone(),
            text::duration(self.duration_ms),
            text::tokens(&self.usage),
            text::cost(&self.usage),
            text::short_line(&self.outcome, 80),
        ]
    }
}

/// What the runs of one stage came to.
#[derive(Serialize)]
pub(crate) struct StageLine {
    stage: StageName,
    runs: u32,
    finished: bool,
    duration_ms: u64,
    model: Option<String>,
    usage: Usage,
}

impl StageLine {
    /// The totals of a stage.
    pub(crate) fn of(stage: &StageName, totals: &StageTotals) -> Self {
        Self {
            stage: stage.clone(),
            runs: totals.runs,
            finished: totals.finished,
            duration_ms: totals.duration_ms,
            model: totals.model.clone(),
            usage: totals.usage,
        }
    }

    /// Stages under a header.
    pub(crate) fn table(stages: &[Self]) -> String {
        text::table(
            ["STAGE", "RUNS", "DURATION", "TOKENS", "COST", "MODEL"],
            stages.iter().map(Self::row),
        )
    }

    fn row(&self) -> [String; 6] {
        [
            self.stage.to_string(),
            self.runs.to_string(),
            text::duration(self.duration_ms),
            text::tokens(&self.usage),
            text::cost(&self.usage),
            self.model.as_deref().map(text::line).unwrap_or_default(),
        ]
    }
}
