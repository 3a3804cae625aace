//! Claims: order, limits, fairness.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pipeline_core::id::{JobId, ProjectId, TaskId};
use pipeline_core::job::{JobKind, JobStatus, NewJob};
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::{Claim, ClaimRequest, JobCounts, JobFilter};
use pipeline_core::port::store::tasks::{Commit, JobEnd};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at, job_id};

/// Whatever the order of queueing.
pub async fn the_earliest_available_job_is_claimed_first(store: Arc<dyn Store>) {
    for (number, available) in [(1, 30), (2, 10), (3, 20)] {
        queue(&store, available_at(job_id(1, number), available)).await;
    }
    let mut claimed = Vec::new();
    for _ in 0..3 {
        claimed.extend(claim(&store, sample::claim("a", at(60))).await);
    }
    assert_eq!(claimed, [job_id(1, 2), job_id(1, 3), job_id(1, 1)]);
}

/// The first time, and when it was given back: each attempt has its own time in the queue.
pub async fn a_claimed_job_says_since_when_it_waited(store: Arc<dyn Store>) {
    queue(&store, available_at(job_id(1, 1), 50)).await;
    for (fence, since) in [(1, 50), (2, 70)] {
        let answer = store.claim(sample::claim("a", at(90))).await.unwrap();
        let job = answer.taken().pop().expect("it is claimed");
        assert_eq!((job.fence, job.available_at), (fence, at(since)));
        store.give_back(job.id, job.fence, at(70), false).await.unwrap();
    }
}

/// And the answer says when it will be.
pub async fn nothing_is_claimed_before_its_time(store: Arc<dyn Store>) {
    queue(&store, available_at(job_id(1, 1), 50)).await;
    queue(&store, available_at(job_id(1, 2), 40)).await;
    let answer = store.claim(sample::claim("a", at(39))).await.unwrap();
    assert_eq!(answer, Claim::Empty { next: Some(at(40)) });
    let claimed = claim(&store, sample::claim("a", at(40))).await;
    assert_eq!(claimed, Some(job_id(1, 2)));
}

/// Neither when nothing was ever queued nor when all is leased.
pub async fn an_empty_queue_names_no_time(store: Arc<dyn Store>) {
    let empty = Claim::Empty { next: None };
    assert_eq!(store.claim(sample::claim("a", at(0))).await.unwrap(), empty);
    queue(&store, available_at(job_id(1, 1), 0)).await;
    claim(&store, sample::claim("a", at(0))).await;
    assert_eq!(store.claim(sample::claim("a", at(0))).await.unwrap(), empty);
}

/// Claims that come at the same time never share a job.
pub async fn each_job_is_claimed_once(store: Arc<dyn Store>) {
    for number in 1..=8 {
        queue(&store, available_at(job_id(1, number), 0)).await;
    }
    let claims: Vec<_> = (0..8)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { claim(&store, sample::claim(&format!("daemon-{n}"), at(0))).await })
        })
        .collect();
    let mut claimed = BTreeSet::new();
    for answer in claims {
        claimed.extend(answer.await.unwrap());
    }
    assert_eq!(claimed.len(), 8);
}

/// The same jobs in the same order, with the limits after each; what is left waits for the next claim.
pub async fn several_are_claimed_as_one_after_the_other(store: Arc<dyn Store>) {
    for number in 1..=3 {
        queue(&store, of_project("et", job_id(1, number))).await;
        queue(&store, of_project("other", job_id(2, number))).await;
    }
    let several = |at_most| ClaimRequest {
        at_most,
        limit: 5,
        project_limits: BTreeMap::from([(ProjectId::new("other"), 2)]),
        ..sample::claim("a", at(0))
    };
    for (at_most, expected) in [
        (3, vec![job_id(1, 1), job_id(2, 1), job_id(1, 2)]),
        (3, vec![job_id(2, 2), job_id(1, 3)]),
        (3, vec![]),
    ] {
        let jobs = store.claim(several(at_most)).await.unwrap().taken();
        assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), expected);
        assert!(jobs.iter().all(|job| job.fence == 1));
    }
    assert_eq!(store.leased().await.unwrap().len(), 5);
}

/// Agent and command jobs together; a finished one makes room.
pub async fn the_overall_limit_holds(store: Arc<dyn Store>) {
    queue(&store, of_kind(job_id(1, 1), sample::agent_job())).await;
    queue(&store, of_kind(job_id(1, 2), sample::command_job())).await;
    queue(&store, of_kind(job_id(1, 3), sample::agent_job())).await;
    let two = || ClaimRequest {
        limit: 2,
        ..sample::claim("a", at(0))
    };
    let first = claim(&store, two()).await.expect("there is room for the first");
    assert!(claim(&store, two()).await.is_some());
    assert_eq!(claim(&store, two()).await, None);
    finish(&store, first).await;
    assert!(claim(&store, two()).await.is_some());
    assert_eq!(claim(&store, two()).await, None);
}

/// A full project leaves its room to the others.
pub async fn the_limit_per_project_holds(store: Arc<dyn Store>) {
    for number in 1..=2 {
        queue(&store, of_project("et", job_id(1, number))).await;
        queue(&store, of_project("other", job_id(2, number))).await;
    }
    let one_each = || ClaimRequest {
        project_limits: BTreeMap::from(["et", "other"].map(|project| (ProjectId::new(project), 1))),
        ..sample::claim("a", at(0))
    };
    let mut tasks = BTreeSet::new();
    for _ in 0..2 {
        let job = claim(&store, one_each()).await.expect("each project has room");
        tasks.insert(job.task.0);
    }
    assert_eq!(tasks, BTreeSet::from([1, 2]));
    assert_eq!(claim(&store, one_each()).await, None);
}

/// Even when the limits are reached and others are earlier.
pub async fn gathering_comes_first_and_does_not_count(store: Arc<dyn Store>) {
    queue(&store, of_kind(job_id(1, 1), sample::agent_job())).await;
    queue(&store, of_kind(job_id(1, 2), sample::agent_job())).await;
    for number in 3..=5 {
        queue(
            &store,
            NewJob {
                available_at: at(10),
                ..of_kind(job_id(1, number), sample::gather_job())
            },
        )
        .await;
    }
    let one = || ClaimRequest {
        limit: 1,
        project_limits: BTreeMap::from([(sample::project().id, 1)]),
        ..sample::claim("a", at(10))
    };
    let mut claimed = Vec::new();
    for _ in 0..5 {
        claimed.extend(claim(&store, one()).await.map(|job| job.number));
    }
    assert_eq!(claimed, [3, 4, 5, 1]);
}

/// A project with a long queue does not keep another one waiting.
pub async fn projects_take_turns(store: Arc<dyn Store>) {
    for number in 1..=5 {
        queue(&store, of_project("et", job_id(1, number))).await;
    }
    let late = NewJob {
        available_at: at(20),
        ..of_project("other", job_id(2, 1))
    };
    queue(&store, late).await;
    let mut claimed = Vec::new();
    for _ in 0..2 {
        claimed.extend(
            claim(&store, sample::claim("a", at(20)))
                .await
                .map(|job| job.task),
        );
    }
    claimed.sort();
    assert_eq!(claimed, [TaskId(1), TaskId(2)]);
}

/// However long the queue of one of them is, and however early it was filled.
pub async fn projects_take_turns_at_a_single_place(store: Arc<dyn Store>) {
    for number in 1..=4 {
        queue(&store, of_project("et", job_id(1, number))).await;
    }
    for number in 1..=2 {
        let late = NewJob {
            available_at: at(20),
            ..of_project("other", job_id(2, number))
        };
        queue(&store, late).await;
    }
    let one = || ClaimRequest {
        limit: 1,
        ..sample::claim("a", at(30))
    };
    let mut claimed = Vec::new();
    while let Some(job) = claim(&store, one()).await {
        finish(&store, job).await;
        claimed.push(job.task.0);
    }
    assert_eq!(claimed, [1, 2, 1, 2, 1, 1]);
}

/// A limit of 0 leaves its agents and commands queued; its gathering and the other projects go on.
pub async fn a_project_that_is_held_back_waits(store: Arc<dyn Store>) {
    queue(&store, of_project("et", job_id(1, 1))).await;
    queue(&store, of_kind(job_id(1, 2), sample::gather_job())).await;
    queue(&store, of_project("other", job_id(2, 1))).await;
    let held = || ClaimRequest {
        project_limits: BTreeMap::from([(ProjectId::new("et"), 0)]),
        ..sample::claim("a", at(0))
    };
    let mut claimed = Vec::new();
    while let Some(job) = claim(&store, held()).await {
        claimed.push(job);
    }
    assert_eq!(claimed, [job_id(1, 2), job_id(2, 1)]);
}

/// A task whose first job was claimed once goes on, also when that job is tried again.
pub async fn new_tasks_wait_while_others_go_on(store: Arc<dyn Store>) {
    queue(&store, of_project("et", job_id(1, 1))).await;
    let begun = claim(&store, sample::claim("a", at(0)))
        .await
        .expect("it is queued");
    store.give_back(begun, 1, at(5), false).await.unwrap();
    queue(&store, of_project("et", job_id(2, 1))).await;
    queue(
        &store,
        NewJob {
            available_at: at(6),
            ..of_project("et", job_id(3, 2))
        },
    )
    .await;
    queue(&store, of_project("other", job_id(4, 1))).await;
    let held = || ClaimRequest {
        no_new_tasks: BTreeSet::from([ProjectId::new("et")]),
        ..sample::claim("a", at(10))
    };
    let mut claimed = BTreeSet::new();
    while let Some(job) = claim(&store, held()).await {
        claimed.insert(job);
    }
    assert_eq!(
        claimed,
        BTreeSet::from([job_id(1, 1), job_id(3, 2), job_id(4, 1)])
    );
    assert_eq!(
        claim(&store, sample::claim("a", at(10))).await,
        Some(job_id(2, 1))
    );
}

/// Newest first, or of one task oldest first, or one.
pub async fn jobs_are_listed_and_counted(store: Arc<dyn Store>) {
    for number in 1..=3_u32 {
        let step = Commit {
            at: at(i64::from(number)),
            jobs: vec![available_at(job_id(1, number), 0)],
            ..Commit::default()
        };
        with_job_of(&store, step).await;
    }
    let first = claim(&store, sample::claim("a", at(0)))
        .await
        .expect("three are queued");
    finish(&store, first).await;
    claim(&store, sample::claim("a", at(0))).await;

    assert_eq!(numbers(&store, JobFilter::Newest(2)).await, [3, 2]);
    assert_eq!(numbers(&store, JobFilter::OfTask(TaskId(1))).await, [1, 2, 3]);
    assert_eq!(numbers(&store, JobFilter::OfTask(TaskId(2))).await, [0_u32; 0]);
    assert_eq!(numbers(&store, JobFilter::One(job_id(1, 2))).await, [2]);
    assert_eq!(numbers(&store, JobFilter::One(job_id(1, 4))).await, [0_u32; 0]);
    let expected = JobCounts {
        queued: 1,
        running: 1,
        done: 1,
        ..JobCounts::default()
    };
    assert_eq!(store.counts().await.unwrap(), expected);
}

async fn numbers(store: &Arc<dyn Store>, filter: JobFilter) -> Vec<u32> {
    let rows = store.jobs(filter).await.unwrap();
    rows.iter().map(|row| row.id.number).collect()
}

async fn claim(store: &Arc<dyn Store>, request: ClaimRequest) -> Option<JobId> {
    let mut jobs = store.claim(request).await.unwrap().taken();
    assert!(jobs.len() <= 1);
    jobs.pop().map(|job| job.id)
}

async fn finish(store: &Arc<dyn Store>, job: JobId) {
    let step = Commit {
        job_end: Some(JobEnd {
            job,
            fence: 1,
            status: JobStatus::Done,
        }),
        ..Commit::default()
    };
    commit(store, step).await;
}

async fn queue(store: &Arc<dyn Store>, job: NewJob) {
    let step = Commit {
        at: at(0),
        jobs: vec![job],
        ..Commit::default()
    };
    with_job_of(store, step).await;
}

/// Commits after making sure that the tasks of the jobs exist.
async fn with_job_of(store: &Arc<dyn Store>, step: Commit) {
    for job in &step.jobs {
        let key = pipeline_core::port::store::tasks::TaskKey::Id(job.id.task);
        if store.task(&key).await.unwrap().is_none() {
            with_task(store, job.id.task.0).await;
        }
    }
    commit(store, step).await;
}

fn available_at(id: JobId, seconds: i64) -> NewJob {
    NewJob {
        available_at: at(seconds),
        ..sample::job(id, sample::agent_job())
    }
}

fn of_kind(id: JobId, kind: JobKind) -> NewJob {
    sample::job(id, kind)
}

fn of_project(project: &str, id: JobId) -> NewJob {
    NewJob {
        project: ProjectId::new(project),
        ..sample::job(id, sample::agent_job())
    }
}
