//! What is held back: the holds as they stand in the store, the rest as the daemon last said it.

use app::daemon::Daemon;
use pipeline_core::admission::{Admission, HeldBack};
use pipeline_core::hold::Hold;
use pipeline_core::id::AccountId;
use pipeline_core::job::{JobKind, JobStatus};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::port::store::jobs::JobRow;
use store_sqlite::SqliteStore;

use crate::text;

/// What is held back, as far as it is known now.
pub(crate) struct HeldBackNow(Admission);

impl HeldBackNow {
    /// Looks. What a daemon said that is gone is not repeated; holds outlive it.
    pub(crate) async fn look(store: &SqliteStore, daemon: Daemon) -> Result<Self, StoreError> {
        let told = match daemon {
            Daemon::Running { .. } => store.admission().await?,
            Daemon::Down => None,
        };
        let mut admission = told.map(|told| told.admission).unwrap_or_default();
        forget_holds(&mut admission);
        for hold in store.holds().await? {
            remember(&mut admission, hold);
        }
        Ok(Self(admission))
    }

    /// A sentence each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lines().iter().map(|line| text::line(line)).collect()
    }

    /// Why a queued job is not claimed, besides its time.
    pub(crate) fn reasons(&self, job: &JobRow) -> Vec<String> {
        let reasons = self.of_job(job).into_iter();
        reasons.map(|reason| text::line(&reason.to_string())).collect()
    }

    /// The accounts of providers that a queued job waits for, each with the reason; none: it waits for something else, or has begun.
    pub(crate) fn providers(&self, job: &JobRow) -> Vec<(AccountId, String)> {
        let reasons = self.of_job(job).into_iter();
        let providers = reasons.filter_map(|reason| match reason {
            HeldBack::Provider { account, why } => Some((account.clone(), text::line(why))),
            HeldBack::Hold(_)
            | HeldBack::Memory { .. }
            | HeldBack::Disk { .. }
            | HeldBack::Inodes { .. }
            | HeldBack::Unknown { .. }
            | HeldBack::PeopleAreBusy { .. }
            | HeldBack::Full { .. } => None,
        });
        providers.collect()
    }

    fn of_job(&self, job: &JobRow) -> Vec<&HeldBack> {
        let role = match &job.kind {
            JobKind::Agent(work) => Some(&work.role),
            JobKind::Command(_) => None,
            JobKind::Gather(_) => return Vec::new(),
        };
        if job.status != JobStatus::Queued {
            return Vec::new();
        }
        let first = job.id.number == 1 && job.fence == 0;
        self.0.reasons(&job.project, first, role)
    }
}

fn forget_holds(admission: &mut Admission) {
    let stays = |reason: &HeldBack| !matches!(reason, HeldBack::Hold(_));
    admission.everything.retain(stays);
    for project in admission.projects.values_mut() {
        project.all.retain(stays);
    }
}

fn remember(admission: &mut Admission, hold: Hold) {
    let reasons = match hold.said.project.clone() {
        None => &mut admission.everything,
        Some(project) => &mut admission.projects.entry(project).or_default().all,
    };
    reasons.push(HeldBack::Hold(hold.said));
}
