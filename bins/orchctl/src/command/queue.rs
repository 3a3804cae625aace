//! `orchctl queue`: counts, running and queued jobs, and those that ended last.

use clap::Args;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::{JobCounts, JobFilter, JobRow, JobStore};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::view::held_back::HeldBackNow;
use crate::view::job::JobLine;

/// Newest jobs that are looked at for running and queued ones.
const LOOKED_AT: usize = 1_000;
/// Ended jobs that are shown.
const RECENT: usize = 10;

/// The arguments: none.
#[derive(Debug, Args)]
pub(crate) struct Queue {}

impl Queue {
    /// Shows the queue.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let counts = session.store.counts().await?;
        let newest = session.store.jobs(JobFilter::Newest(LOOKED_AT)).await?;
        let now = session.now();
        let daemon = session.daemon()?;
        let held_back = HeldBackNow::look(&session.store, daemon).await?;
        let of = |wanted: fn(JobStatus) -> bool| -> Vec<JobLine> {
            let wanted = newest.iter().filter(|job: &&JobRow| wanted(job.status));
            wanted.map(|job| JobLine::of(job, now, &held_back)).collect()
        };
        let mut recent = of(is_over);
        recent.truncate(RECENT);
        session.show(&QueueSheet {
            counts: Counts::from(counts),
            running: of(|status| status == JobStatus::Running),
            queued: of(|status| status == JobStatus::Queued),
            recent,
            held_back: held_back.lines(),
            daemon: DaemonLine::from(daemon),
        })
    }
}

fn is_over(status: JobStatus) -> bool {
    match status {
        JobStatus::Queued | JobStatus::Running => false,
        JobStatus::Done | JobStatus::Failed | JobStatus::Cancelled => true,
    }
}

#[derive(Serialize)]
struct QueueSheet {
    counts: Counts,
    running: Vec<JobLine>,
    queued: Vec<JobLine>,
    recent: Vec<JobLine>,
    held_back: Vec<String>,
    daemon: DaemonLine,
}

#[derive(Serialize)]
struct Counts {
    queued: u64,
    running: u64,
    done: u64,
    failed: u64,
    cancelled: u64,
}

impl From<JobCounts> for Counts {
    fn from(counts: JobCounts) -> Self {
        Self {
            queued: counts.queued,
            running: counts.running,
            done: counts.done,
            failed: counts.failed,
            cancelled: counts.cancelled,
        }
    }
}

impl Show for QueueSheet {
    fn text(&self) -> String {
        let Counts {
            queued,
            running,
            done,
            failed,
            cancelled,
        } = self.counts;
        let mut parts = vec![format!(
            "{running} running, {queued} queued, {done} done, {failed} failed, {cancelled} cancelled"
        )];
        for (title, jobs, of) in [
            ("Running", &self.running, running),
            ("Queued", &self.queued, queued),
            ("Ended last", &self.recent, done + failed + cancelled),
        ] {
            if !jobs.is_empty() {
                let shown = jobs.len();
                parts.push(format!("{title} ({shown} of {of})\n{}", JobLine::table(jobs)));
            }
        }
        if !self.held_back.is_empty() {
            parts.push(self.held_back.join("\n"));
        }
        parts.extend(self.daemon.warning());
        parts.join("\n\n")
    }
}
