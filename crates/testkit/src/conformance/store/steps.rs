//! The transaction of a step: all or nothing.

use std::sync::Arc;

use pipeline_core::decision::Requeue;
use pipeline_core::id::TaskId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::JobFilter;
use pipeline_core::port::store::outbox::OutboxFilter;
use pipeline_core::port::store::tasks::{Commit, Committed, JobEnd, TaskKey};
use pipeline_core::task::Task;
use pipeline_core::timer::{TimerChange, TimerKind};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at};

/// The second of two writers who read the same revision has to read again; nothing of its step is there.
pub async fn an_update_of_a_stale_task_writes_nothing(store: Arc<dyn Store>) {
    let read = with_task(&store, 1).await;
    commit(&store, sample::update(&read, |task| task.title = "first".into())).await;

    let mut second = full_step(&read);
    second.at = at(5);
    assert_eq!(store.commit(second).await.unwrap(), Committed::Stale);
    let stored = store.task(&TaskKey::Id(read.id)).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.title.as_str()), (2, "first"));
    expect_nothing_but_the_task(&store).await;
}

/// There is nothing to compare with.
pub async fn an_update_of_an_unknown_task_is_stale(store: Arc<dyn Store>) {
    let step = sample::update(&sample::task(1), |_| {});
    assert_eq!(store.commit(step).await.unwrap(), Committed::Stale);
    assert_eq!(store.task(&TaskKey::Id(TaskId(1))).await.unwrap(), None);
}

/// A run that was replaced by a later attempt cannot write any more.
pub async fn a_result_with_an_old_fence_writes_nothing(store: Arc<dyn Store>) {
    let read = with_task(&store, 1).await;
    for fence in [0, 2] {
        let mut step = full_step(&read);
        step.jobs = Vec::new();
        step.job_end = Some(end(1, fence));
        claimed_job(&store).await;
        assert_eq!(store.commit(step).await.unwrap(), Committed::Fenced, "{fence}");
    }
    let stored = store.task(&TaskKey::Id(read.id)).await.unwrap();
    assert_eq!(stored, Some(read));
    assert_eq!(store.counts().await.unwrap().running, 1);
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap(), []);
}

/// The same result twice: the second one is dropped.
pub async fn a_job_ends_once(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    claimed_job(&store).await;
    commit(&store, ending(end(1, 1))).await;
    assert_eq!(store.counts().await.unwrap().done, 1);
    let again = store.commit(ending(end(1, 1))).await.unwrap();
    assert_eq!(again, Committed::Fenced);
}

/// Task, log, outbox, queue and timers in one commit.
pub async fn a_step_writes_all_its_parts(store: Arc<dyn Store>) {
    let read = with_task(&store, 1).await;
    commit(&store, full_step(&read)).await;
    let stored = store.task(&TaskKey::Id(read.id)).await.unwrap().unwrap();
    assert_eq!(stored.revision, 2);
    assert_eq!(store.log(read.id).await.unwrap().len(), 2);
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap().len(), 1);
    assert_eq!(store.counts().await.unwrap().queued, 1);
    assert_eq!(store.due_timers(at(60), 10).await.unwrap().len(), 1);
    assert_eq!(store.runs(read.id).await.unwrap().len(), 1);
}

/// Its result is taken and the same job waits for its next attempt.
pub async fn a_job_that_is_queued_again_is_not_ended(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    claimed_job(&store).await;
    let step = Commit {
        requeue: vec![again(1)],
        ..ending(JobEnd {
            status: JobStatus::Failed,
            ..end(1, 1)
        })
    };
    commit(&store, step).await;
    let rows = store.jobs(JobFilter::One(sample::job_id(1, 1))).await.unwrap();
    assert_eq!(
        (rows[0].status, rows[0].available_at),
        (JobStatus::Queued, at(30))
    );
    let mut claimed = store.claim(sample::claim("a", at(30))).await.unwrap().taken();
    let job = claimed.pop().expect("the job that was queued again is claimed");
    assert_eq!(job.fence, 2);
}

/// The fence counts for a job that is queued again, too.
pub async fn an_old_fence_cannot_queue_again(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    claimed_job(&store).await;
    let step = Commit {
        requeue: vec![again(1)],
        ..ending(end(1, 0))
    };
    assert_eq!(store.commit(step).await.unwrap(), Committed::Fenced);
    assert_eq!(store.counts().await.unwrap().running, 1);
}

/// A job id that is there already is left alone.
pub async fn a_job_is_queued_once(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    claimed_job(&store).await;
    let step = Commit {
        jobs: vec![sample::job(sample::job_id(1, 1), sample::gather_job())],
        ..Commit::default()
    };
    commit(&store, step).await;
    let rows = store.jobs(JobFilter::OfTask(TaskId(1))).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].status, rows[0].fence), (JobStatus::Running, 1));
    assert_eq!(rows[0].kind, sample::agent_job());
}

/// A run is one row, oldest run first.
pub async fn a_run_row_is_replaced(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    let mut later = sample::run_row(sample::run_id(1, 2, 1));
    later.started_at = at(50);
    let mut row = sample::run_row(sample::run_id(1, 1, 1));
    for (outcome, finished_at) in [("running", None), ("finished", Some(at(40)))] {
        row.outcome = outcome.to_owned();
        row.finished_at = finished_at;
        row.record.exit_code = finished_at.map(|_| 0);
        for run in [&later, &row] {
            let step = Commit {
                run: Some(run.clone()),
                ..Commit::default()
            };
            commit(&store, step).await;
        }
    }
    assert_eq!(store.runs(TaskId(1)).await.unwrap(), [row, later]);
    assert_eq!(store.runs(TaskId(2)).await.unwrap(), []);
}

/// Oldest first, of one task.
pub async fn the_log_keeps_its_order(store: Arc<dyn Store>) {
    let mut read = with_task(&store, 1).await;
    with_task(&store, 2).await;
    for _ in 0..3 {
        commit(&store, sample::update(&read, |_| {})).await;
        read.revision += 1;
    }
    let log = store.log(read.id).await.unwrap();
    let revisions: Vec<u64> = log.iter().map(|entry| entry.revision).collect();
    assert_eq!(revisions, [1, 2, 3, 4]);
    assert_eq!(log[3], sample::log_entry(&read));
}

/// Changes the task and writes a row of every kind that a step can write without others.
fn full_step(read: &Task) -> Commit {
    let id = read.id.0;
    Commit {
        effects: vec![sample::alert(id, "1-e1")],
        jobs: vec![sample::job(sample::job_id(id, 1), sample::agent_job())],
        run: Some(sample::run_row(sample::run_id(id, 9, 1))),
        timers: vec![(
            read.id,
            TimerChange::Arm {
                kind: TimerKind::CiPoll,
                generation: 1,
                due: at(60),
            },
        )],
        ..sample::update(read, |task| task.title = "second".into())
    }
}

async fn expect_nothing_but_the_task(store: &Arc<dyn Store>) {
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap(), []);
    assert_eq!(store.counts().await.unwrap().queued, 0);
    assert_eq!(store.due_timers(at(60), 10).await.unwrap(), []);
    assert_eq!(store.runs(TaskId(1)).await.unwrap(), []);
    assert_eq!(store.log(TaskId(1)).await.unwrap().len(), 2);
}

/// Job 1-1, claimed once with fence 1, however often this is called.
async fn claimed_job(store: &Arc<dyn Store>) {
    let step = Commit {
        jobs: vec![sample::job(sample::job_id(1, 1), sample::agent_job())],
        ..Commit::default()
    };
    commit(store, step).await;
    store.claim(sample::claim("a", at(0))).await.unwrap();
}

fn end(number: u32, fence: u32) -> JobEnd {
    JobEnd {
        job: sample::job_id(1, number),
        fence,
        status: JobStatus::Done,
    }
}

fn ending(end: JobEnd) -> Commit {
    Commit {
        job_end: Some(end),
        ..Commit::default()
    }
}

fn again(number: u32) -> Requeue {
    Requeue {
        job: sample::job_id(1, number),
        available_at: at(30),
    }
}
