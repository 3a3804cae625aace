//! Tasks, pipelines and timers.

use std::sync::Arc;

use pipeline_core::id::{PipelineDigest, ProjectDigest, ProjectId, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::tasks::{Commit, Committed, DueTimer, TaskFilter, TaskKey};
use pipeline_core::task::TaskState;
use pipeline_core::time::Timestamp;
use pipeline_core::timer::{TimerChange, TimerKind};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at};

/// Ids grow and are not repeated, used or not.
pub async fn task_ids_are_never_given_twice(store: Arc<dyn Store>) {
    let first = store.allot_task().await.unwrap();
    let second = store.allot_task().await.unwrap();
    assert!(first < second, "{first} then {second}");
    with_task(&store, second.0).await;
    assert!(store.allot_task().await.unwrap() > second);
}

/// By id, work item, issue and branch.
pub async fn a_task_is_found_by_each_of_its_names(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    let task = with_task(&store, 2).await;
    for key in [
        TaskKey::Id(task.id),
        TaskKey::WorkItem(task.work_item.clone()),
        TaskKey::Issue(task.project.clone(), task.issue.clone()),
        TaskKey::Branch(task.project.clone(), task.branch.clone()),
    ] {
        assert_eq!(store.task(&key).await.unwrap().as_ref(), Some(&task), "{key:?}");
    }
    for key in [
        TaskKey::Id(TaskId(3)),
        TaskKey::WorkItem("ET-003".into()),
        TaskKey::Issue("other".into(), task.issue.clone()),
        TaskKey::Branch("other".into(), task.branch.clone()),
    ] {
        assert_eq!(store.task(&key).await.unwrap(), None, "{key:?}");
    }
}

/// A second task of the same issue is refused as stale.
pub async fn an_issue_has_one_task(store: Arc<dyn Store>) {
    let first = with_task(&store, 1).await;
    let mut second = sample::task(2);
    second.issue = first.issue;
    let answer = store.commit(sample::insert(second)).await.unwrap();
    assert_eq!(answer, Committed::Stale);
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 1);
}

/// A second task of the same work item is refused as stale, and nothing of its step is written.
pub async fn a_work_item_has_one_task(store: Arc<dyn Store>) {
    let first = with_task(&store, 1).await;
    let mut second = sample::task(2);
    second.work_item = first.work_item;
    let mut step = sample::insert(second);
    step.jobs = vec![sample::job(sample::job_id(2, 1), sample::agent_job())];
    assert_eq!(store.commit(step).await.unwrap(), Committed::Stale);
    assert_eq!(store.counts().await.unwrap().queued, 0);
    assert_eq!(store.log(TaskId(2)).await.unwrap(), []);
}

/// By its digest, also for a second task with the same pipeline.
pub async fn a_pipeline_is_stored_with_its_task(store: Arc<dyn Store>) {
    let task = with_task(&store, 1).await;
    with_task(&store, 2).await;
    assert_eq!(
        store.pipeline(&task.pipeline).await.unwrap(),
        Some(Pipeline::built_in())
    );
    assert_eq!(store.pipeline(&PipelineDigest::new("ff")).await.unwrap(), None);
}

/// The task says so from then on, the other definition is stored, and the one before it stays.
pub async fn a_task_is_moved_to_another_pipeline(store: Arc<dyn Store>) {
    let task = with_task(&store, 1).await;
    let mut other = Pipeline::built_in();
    other.limits.bounces += 1;
    let mut step = sample::update(&task, |task| task.pipeline = other.digest());
    step.repin = Some(Box::new(other.clone()));
    commit(&store, step).await;
    let moved = store.task(&TaskKey::Id(task.id)).await.unwrap().unwrap();
    assert_eq!(moved.pipeline, other.digest());
    commit(&store, sample::update(&moved, |task| task.title.push('!'))).await;
    for pipeline in [Pipeline::built_in(), other] {
        let kept = store.pipeline(&pipeline.digest()).await.unwrap();
        assert_eq!(kept, Some(pipeline));
    }
}

/// Each version of a project once, by its digest; earlier ones stay.
pub async fn what_an_event_was_decided_by_is_stored_with_it(store: Arc<dyn Store>) {
    let first = with_task(&store, 1).await;
    let mut project = sample::project();
    project.staging = !project.staging;
    let mut step = sample::update(&first, |_| {});
    if let Some(logged) = &mut step.log {
        logged.entry.project = Some(project.digest());
        *logged.project = project.clone();
    }
    commit(&store, step).await;
    let named: Vec<_> = store.log(first.id).await.unwrap();
    let named: Vec<_> = named.into_iter().map(|entry| entry.project).collect();
    assert_eq!(named, [Some(sample::project().digest()), Some(project.digest())]);
    for project in [sample::project(), project] {
        assert_eq!(store.project(&project.digest()).await.unwrap(), Some(project));
    }
    assert_eq!(store.project(&ProjectDigest::new("ff")).await.unwrap(), None);
}

/// Done and Cancelled are left out; oldest first.
pub async fn open_tasks_are_those_that_are_not_over(store: Arc<dyn Store>) {
    for (id, state) in [
        (1, TaskState::Starting),
        (2, TaskState::Done),
        (3, TaskState::Cancelled),
        (4, TaskState::Starting),
    ] {
        let mut task = sample::task(id);
        task.state = state;
        commit(&store, sample::insert(task)).await;
    }
    let open = store.tasks(TaskFilter::Open).await.unwrap();
    let ids: Vec<i64> = open.iter().map(|task| task.id.0).collect();
    assert_eq!(ids, [1, 4]);
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 4);
}

/// Of the project alone, and no longer than it is open.
pub async fn who_holds_the_merge_slot_is_known(store: Arc<dyn Store>) {
    for (id, project, holds, state) in [
        (1, "et", false, TaskState::Starting),
        (2, "et", true, TaskState::Starting),
        (3, "other", true, TaskState::Starting),
        (4, "et", true, TaskState::Done),
    ] {
        let mut task = sample::task(id);
        (task.project, task.holds_slot, task.state) = (ProjectId::new(project), holds, state);
        commit(&store, sample::insert(task)).await;
    }
    let holders = async |project: &str| {
        let found = store.slot_holders(&ProjectId::new(project)).await.unwrap();
        found.iter().map(|task| task.id.0).collect::<Vec<_>>()
    };
    assert_eq!(holders("et").await, [2]);
    let task = store
        .task(&TaskKey::Id(TaskId(2)))
        .await
        .unwrap()
        .expect("it is stored");
    commit(&store, sample::update(&task, |task| task.holds_slot = false)).await;
    assert_eq!((holders("et").await, holders("other").await), (vec![], vec![3]));
}

/// However many there are; the last to end first.
pub async fn of_finished_tasks_the_newest_are_listed(store: Arc<dyn Store>) {
    for (id, state, since) in [
        (1, TaskState::Done, 30),
        (2, TaskState::Cancelled, 40),
        (3, TaskState::Starting, 50),
        (4, TaskState::Done, 20),
        (5, TaskState::Done, 40),
    ] {
        let mut task = sample::task(id);
        (task.state, task.since) = (state, at(since));
        commit(&store, sample::insert(task)).await;
    }
    for (limit, expected) in [(0, vec![]), (3, vec![5, 2, 1]), (9, vec![5, 2, 1, 4])] {
        let newest = store.tasks(TaskFilter::NewestFinished(limit)).await.unwrap();
        let ids: Vec<i64> = newest.iter().map(|task| task.id.0).collect();
        assert_eq!(ids, expected, "{limit}");
    }
}

/// Earliest first, limited, until a step disarms them.
pub async fn timers_fire_in_order_and_stay_armed(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    with_task(&store, 2).await;
    let (late, early) = (TimerKind::DependencyReminder, TimerKind::CiPoll);
    arm(&store, 1, late, 1, at(20)).await;
    arm(&store, 2, early, 1, at(10)).await;

    assert_eq!(store.due_timers(at(9), 10).await.unwrap(), []);
    assert_eq!(store.due_timers(at(10), 10).await.unwrap(), [due(2, early, 1)]);
    for _ in 0..2 {
        assert_eq!(
            store.due_timers(at(30), 10).await.unwrap(),
            [due(2, early, 1), due(1, late, 1)]
        );
    }
    assert_eq!(store.due_timers(at(30), 1).await.unwrap(), [due(2, early, 1)]);

    change(&store, 2, TimerChange::Disarm { kind: early }).await;
    assert_eq!(store.due_timers(at(30), 10).await.unwrap(), [due(1, late, 1)]);
}

/// With its new generation and time.
pub async fn a_timer_armed_again_replaces_the_earlier_one(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    arm(&store, 1, TimerKind::CiPoll, 1, at(10)).await;
    arm(&store, 1, TimerKind::CiPoll, 2, at(20)).await;
    assert_eq!(store.due_timers(at(10), 10).await.unwrap(), []);
    assert_eq!(
        store.due_timers(at(20), 10).await.unwrap(),
        [due(1, TimerKind::CiPoll, 2)]
    );
}

fn due(task: i64, kind: TimerKind, generation: u32) -> DueTimer {
    DueTimer {
        task: TaskId(task),
        kind,
        generation,
    }
}

async fn arm(store: &Arc<dyn Store>, task: i64, kind: TimerKind, generation: u32, due: Timestamp) {
    let armed = TimerChange::Arm {
        kind,
        generation,
        due,
    };
    change(store, task, armed).await;
}

async fn change(store: &Arc<dyn Store>, task: i64, change: TimerChange) {
    let step = Commit {
        timers: vec![(TaskId(task), change)],
        ..Commit::default()
    };
    commit(store, step).await;
}
