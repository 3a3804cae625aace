//! What database and directories know of runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use app::runs::verify::{self, Facts};
use app::runs::{self, RunFiles};
use pipeline_core::id::{RunId, TaskId};
use pipeline_core::port::store::jobs::{JobFilter, JobStore};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::run::RunRow;

use crate::failure::Failure;
use crate::session::Session;
use crate::text;

/// All runs of an installation, or of one task.
pub(super) struct Known {
    /// Rows of the database.
    pub(super) rows: BTreeMap<RunId, RunRow>,
    /// Runs that have a directory.
    pub(super) directories: BTreeSet<RunId>,
    /// Names in the folder of runs that no run has.
    pub(super) strangers: Vec<String>,
}

impl Known {
    /// Reads rows and names of directories.
    pub(super) async fn read(session: &Session, task: Option<TaskId>) -> Result<Self, Failure> {
        let tasks = match task {
            Some(task) => vec![task],
            None => {
                let tasks = session.store.tasks(TaskFilter::All).await?;
                tasks.into_iter().map(|task| task.id).collect()
            }
        };
        let mut rows = BTreeMap::new();
        for task in tasks {
            rows.extend(
                session
                    .store
                    .runs(task)
                    .await?
                    .into_iter()
                    .map(|row| (row.run, row)),
            );
        }
        let listing = runs::list(session.places()).map_err(unreadable(session))?;
        let is_meant = |run: &RunId| task.is_none_or(|task| run.job.task == task);
        Ok(Self {
            rows,
            directories: listing.runs.into_iter().filter(is_meant).collect(),
            strangers: listing.strangers,
        })
    }

    /// All of them, in the order of their ids.
    pub(super) fn runs(&self) -> BTreeSet<RunId> {
        self.rows.keys().chain(&self.directories).copied().collect()
    }

    /// Whether the directory of this run should still be there.
    pub(super) fn is_kept(&self, session: &Session, run: &RunId) -> bool {
        let Some(row) = self.rows.get(run) else {
            return false;
        };
        let newer = self
            .rows
            .values()
            .filter(|other| other.started_at > row.started_at);
        // Directories without a row are taken for newer: they may be.
        let others = self.directories.iter().filter(|run| !self.rows.contains_key(run));
        let ended_at = row.finished_at.unwrap_or(row.started_at);
        verify::is_kept(ended_at, session.now(), newer.count() + others.count())
    }
}

/// The id that an argument names.
pub(super) fn run_id(wanted: &str) -> Result<RunId, Failure> {
    wanted.trim().parse().map_err(|_| no_run(wanted))
}

/// Nothing is known of this one.
pub(super) fn no_run(wanted: &str) -> Failure {
    Failure::NoRun {
        wanted: text::short_line(wanted, 60),
    }
}

/// What is known of one run now.
pub(super) async fn facts(session: &Session, run: RunId, is_kept: bool) -> Result<Facts, Failure> {
    let rows = session.store.runs(run.job.task).await?;
    let mut jobs = session.store.jobs(JobFilter::One(run.job)).await?;
    Ok(Facts {
        run,
        row: rows.into_iter().find(|row| row.run == run),
        job: jobs.pop(),
        files: files(session, &run)?,
        is_kept,
    })
}

/// The directory of a run.
pub(super) fn files(session: &Session, run: &RunId) -> Result<Option<RunFiles>, Failure> {
    runs::look(session.places(), run).map_err(unreadable(session))
}

/// The folder of runs, or something in it, cannot be read.
pub(super) fn unreadable(session: &Session) -> impl FnOnce(io::Error) -> Failure {
    let path = session.places().runs();
    move |error| Failure::Runs { path, error }
}
