//! Leases, fences, lost attempts and jobs that are called off.

use std::sync::Arc;

use pipeline_core::id::InstanceId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::{Claim, JobFilter, LeasedJob, Renewal};
use pipeline_core::port::store::tasks::{Commit, Committed, JobEnd};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at, job_id};

/// 1, 2, 3: each attempt is told from the others.
pub async fn each_claim_has_the_next_fence(store: Arc<dyn Store>) {
    queued_job(&store).await;
    for fence in 1..=3 {
        let job = claimed(&store).await;
        assert_eq!((job.id, job.fence), (job_id(1, 1), fence));
        store.give_back(job.id, fence, at(0), false).await.unwrap();
    }
}

/// Another owner adopts the run by its fence; a wrong fence gets nothing.
pub async fn a_lease_is_renewed_and_taken_over_by_its_fence(store: Arc<dyn Store>) {
    queued_job(&store).await;
    let job = claimed(&store).await;
    assert_eq!((job.owner.as_str(), job.lease_until), ("a", at(60)));
    for (owner, fence, expected) in [
        ("a", 1, Renewal::Held),
        ("b", 1, Renewal::Held),
        ("b", 2, Renewal::Lost),
        ("b", 0, Renewal::Lost),
    ] {
        assert_eq!(renew(&store, owner, fence).await, expected, "{owner} {fence}");
    }
    let leased = store.leased().await.unwrap();
    assert_eq!(leased.len(), 1);
    assert_eq!((leased[0].owner.as_str(), leased[0].lease_until), ("b", at(90)));
    let unknown = store.renew(job_id(1, 9), 1, &InstanceId::new("a"), at(90)).await;
    assert_eq!(unknown.unwrap(), Renewal::Lost);
}

/// Asking how it stands prolongs nothing and is told what a renewal would be told.
pub async fn a_lease_is_looked_at_without_being_renewed(store: Arc<dyn Store>) {
    queued_job(&store).await;
    assert_eq!(lease(&store, 0).await, Renewal::Lost, "nobody has claimed it");
    claimed(&store).await;
    for (fence, expected) in [(0, Renewal::Lost), (1, Renewal::Held), (2, Renewal::Lost)] {
        assert_eq!(lease(&store, fence).await, expected, "{fence}");
    }
    assert_eq!(store.leased().await.unwrap()[0].lease_until, at(60));
    call_off(&store).await;
    assert_eq!(lease(&store, 1).await, Renewal::CancelRequested);
    commit(&store, ending(1)).await;
    assert_eq!(lease(&store, 1).await, Renewal::Lost);
    assert_eq!(store.lease(job_id(1, 9), 1).await.unwrap(), Renewal::Lost);
}

/// Only deaths count, and only the present attempt can be given back.
pub async fn a_lost_job_is_queued_again_and_its_deaths_are_counted(store: Arc<dyn Store>) {
    queued_job(&store).await;
    for (fence, died, deaths) in [(1, true, 1), (2, false, 1), (3, true, 2)] {
        claimed(&store).await;
        assert_eq!(give_back(&store, fence - 1, true).await, None, "an old fence");
        assert_eq!(give_back(&store, fence, died).await, Some(deaths));
        assert_eq!(give_back(&store, fence, died).await, None, "given back twice");
        assert_eq!(store.leased().await.unwrap(), []);
    }
    let waiting = store.claim(sample::claim("a", at(29))).await.unwrap();
    assert_eq!(waiting, Claim::Empty { next: Some(at(30)) });
    assert_eq!(claimed(&store).await.deaths, 2);
}

/// Its owner learns it at the next renewal.
pub async fn an_attempt_that_was_given_back_is_lost(store: Arc<dyn Store>) {
    queued_job(&store).await;
    claimed(&store).await;
    give_back(&store, 1, false).await;
    assert_eq!(renew(&store, "a", 1).await, Renewal::Lost);
    claimed(&store).await;
    assert_eq!(renew(&store, "a", 1).await, Renewal::Lost);
    assert_eq!(renew(&store, "a", 2).await, Renewal::Held);
    assert_eq!(store.commit(ending(1)).await.unwrap(), Committed::Fenced);
}

/// Nobody can claim it.
pub async fn a_queued_job_that_is_called_off_is_over(store: Arc<dyn Store>) {
    queued_job(&store).await;
    call_off(&store).await;
    assert_eq!(status(&store).await, JobStatus::Cancelled);
    let answer = store.claim(sample::claim("a", at(30))).await.unwrap();
    assert_eq!(answer, Claim::Empty { next: None });
}

/// And its result is still taken.
pub async fn a_leased_job_that_is_called_off_tells_its_owner(store: Arc<dyn Store>) {
    queued_job(&store).await;
    assert!(!claimed(&store).await.cancel_requested);
    call_off(&store).await;
    assert_eq!(status(&store).await, JobStatus::Running);
    assert!(store.leased().await.unwrap()[0].cancel_requested);
    assert_eq!(renew(&store, "a", 1).await, Renewal::CancelRequested);
    commit(&store, ending(1)).await;
    assert_eq!(status(&store).await, JobStatus::Done);
}

/// It is over instead of queued.
pub async fn a_called_off_job_that_is_lost_does_not_run_again(store: Arc<dyn Store>) {
    queued_job(&store).await;
    claimed(&store).await;
    call_off(&store).await;
    assert_eq!(give_back(&store, 1, true).await, Some(1));
    assert_eq!(status(&store).await, JobStatus::Cancelled);
    let answer = store.claim(sample::claim("a", at(30))).await.unwrap();
    assert_eq!(answer, Claim::Empty { next: None });
}

/// Its fence holds until somebody claims it again.
pub async fn a_poisoned_job_can_be_ended_after_it_was_given_back(store: Arc<dyn Store>) {
    queued_job(&store).await;
    claimed(&store).await;
    give_back(&store, 1, true).await;
    let poisoned = Commit {
        job_end: Some(JobEnd {
            job: job_id(1, 1),
            fence: 1,
            status: JobStatus::Failed,
        }),
        ..Commit::default()
    };
    commit(&store, poisoned).await;
    assert_eq!(status(&store).await, JobStatus::Failed);
}

/// Its status stays.
pub async fn a_job_that_is_over_cannot_be_called_off(store: Arc<dyn Store>) {
    queued_job(&store).await;
    claimed(&store).await;
    commit(&store, ending(1)).await;
    call_off(&store).await;
    assert_eq!(status(&store).await, JobStatus::Done);
}

async fn queued_job(store: &Arc<dyn Store>) {
    with_task(store, 1).await;
    let step = Commit {
        jobs: vec![sample::job(job_id(1, 1), sample::agent_job())],
        ..Commit::default()
    };
    commit(store, step).await;
}

async fn claimed(store: &Arc<dyn Store>) -> LeasedJob {
    let now = if store.jobs(JobFilter::One(job_id(1, 1))).await.unwrap()[0].fence == 0 {
        at(0)
    } else {
        at(30)
    };
    match store.claim(sample::claim("a", now)).await.unwrap() {
        Claim::Taken(mut jobs) => jobs.remove(0),
        Claim::Empty { next } => panic!("nothing to claim; next {next:?}"),
    }
}

async fn renew(store: &Arc<dyn Store>, owner: &str, fence: u32) -> Renewal {
    let owner = InstanceId::new(owner);
    store.renew(job_id(1, 1), fence, &owner, at(90)).await.unwrap()
}

async fn lease(store: &Arc<dyn Store>, fence: u32) -> Renewal {
    store.lease(job_id(1, 1), fence).await.unwrap()
}

async fn give_back(store: &Arc<dyn Store>, fence: u32, died: bool) -> Option<u32> {
    store.give_back(job_id(1, 1), fence, at(30), died).await.unwrap()
}

async fn call_off(store: &Arc<dyn Store>) {
    let step = Commit {
        cancel: vec![job_id(1, 1)],
        ..Commit::default()
    };
    commit(store, step).await;
}

async fn status(store: &Arc<dyn Store>) -> JobStatus {
    store.jobs(JobFilter::One(job_id(1, 1))).await.unwrap()[0].status
}

fn ending(fence: u32) -> Commit {
    Commit {
        job_end: Some(JobEnd {
            job: job_id(1, 1),
            fence,
            status: JobStatus::Done,
        }),
        ..Commit::default()
    }
}
