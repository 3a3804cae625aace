//! A job. The fields are those of GET /api/v1/jobs, and why it waits.

use pipeline_core::id::{JobId, ProjectId, TaskId};
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::JobRow;
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::time::Timestamp;
use serde::Serialize;

use crate::text;
use crate::view::held_back::HeldBackNow;

/// A job in one line.
#[derive(Serialize)]
pub(crate) struct JobLine {
    id: JobId,
    task: TaskId,
    project: ProjectId,
    agent: String,
    status: &'static str,
    attempts: u32,
    created_at: String,
    available_at: String,
    #[serde(skip)]
    live: bool,
    #[serde(skip)]
    ago: String,
    /// Why a queued job is not claimed yet.
    held_back: Vec<String>,
    /// How its run stands, of a job that is worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<RunProgress>,
    /// What its agent is doing, when its program tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<Activity>,
    #[serde(skip)]
    standing: Option<String>,
}

impl JobLine {
    /// The job as of now.
    pub(crate) fn of(job: &JobRow, now: Timestamp, held_back: &HeldBackNow) -> Self {
        let later = job.status == JobStatus::Queued && job.available_at > now;
        Self {
            id: job.id,
            task: job.id.task,
            project: job.project.clone(),
            agent: job.kind.name().to_owned(),
            status: job.status.as_str(),
            attempts: job.fence,
            created_at: job.created_at.to_rfc3339(),
            available_at: job.available_at.to_rfc3339(),
            live: matches!(job.status, JobStatus::Queued | JobStatus::Running),
            ago: text::ago(job.created_at, now),
            held_back: later
                .then(|| format!("not before {}", job.available_at.to_rfc3339()))
                .into_iter()
                .chain(held_back.reasons(job))
                .collect(),
            progress: None,
            activity: None,
            standing: None,
        }
    }

    /// The same, with how its run stands.
    pub(crate) fn standing(mut self, seen: Option<(RunProgress, Option<Activity>)>, now: Timestamp) -> Self {
        let Some((progress, activity)) = seen else {
            return self;
        };
        let stands = match &progress.stall {
            Some(stall) => stall.sentence(),
            None => progress.sentence(now),
        };
        let does = activity.as_ref().and_then(Activity::sentence);
        self.standing = Some(does.map_or_else(
            || stands.clone(),
            |does| format!("{}; {stands}", text::line(&does)),
        ));
        self.progress = Some(progress);
        self.activity = activity;
        self
    }

    /// It waits to be claimed or is worked on.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// `job 7-3 developer, running, attempt 1`.
    pub(crate) fn sentence(&self) -> String {
        let attempt = match self.attempts {
            0 => String::new(),
            attempt => format!(", attempt {attempt}"),
        };
        format!(
            "job {} {}, {}{attempt}{}",
            self.id,
            text::line(&self.agent),
            self.state(),
            self.standing
                .as_ref()
                .map(|standing| format!("; {standing}"))
                .unwrap_or_default()
        )
    }

    /// Jobs under a header.
    pub(crate) fn table(jobs: &[Self]) -> String {
        text::table(
            ["JOB", "WORK", "PROJECT", "STATUS", "ATTEMPTS", "CREATED"],
            jobs.iter().map(Self::row),
        )
    }

    fn row(&self) -> [String; 6] {
        [
            self.id.to_string(),
            text::line(&self.agent),
            self.project.to_string(),
            self.state(),
            self.attempts.to_string(),
            self.ago.clone(),
        ]
    }

    fn state(&self) -> String {
        match self.held_back.join("; ") {
            none if none.is_empty() => self.status.to_owned(),
            reasons => format!("{} ({reasons})", self.status),
        }
    }
}
