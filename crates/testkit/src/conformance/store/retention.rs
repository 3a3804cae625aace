//! Rows whose time is over.

use std::sync::Arc;

use pipeline_core::id::JobId;
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::deliveries::Settlement;
use pipeline_core::port::store::outbox::OutboxFilter;
use pipeline_core::port::store::retention::ToldRetention;
use pipeline_core::port::store::tasks::{Commit, EffectEnd};
use pipeline_core::retention::{Kept, RetentionReport};
use pipeline_core::task::{Task, TaskState};

use crate::conformance::store::{commit, outbox};
use crate::sample::{self, at, job_id};

async fn with_task_in(store: &Arc<dyn Store>, id: i64, state: TaskState, since: i64) {
    let task = Task {
        state,
        since: at(since),
        ..sample::task(id)
    };
    commit(store, sample::insert(task)).await;
}

/// By the time of their end; open ones never.
pub async fn finished_tasks_are_those_that_ended_before(store: Arc<dyn Store>) {
    with_task_in(&store, 1, TaskState::Done, 20).await;
    with_task_in(&store, 2, TaskState::Cancelled, 10).await;
    with_task_in(&store, 3, TaskState::Done, 30).await;
    with_task_in(&store, 4, TaskState::Starting, 0).await;
    let finished = store.finished_tasks(at(30)).await.unwrap();
    let tasks: Vec<i64> = finished.iter().map(|finished| finished.task.0).collect();
    assert_eq!(tasks, [2, 1]);
    assert_eq!(finished[0].branch, sample::task(2).branch);
}

/// Rows of runs that nobody carries out any more, and no others.
pub async fn a_run_without_an_end_is_open_when_its_attempt_is_not_leased(store: Arc<dyn Store>) {
    with_task_in(&store, 1, TaskState::Starting, 0).await;
    let row = |job: JobId, fence| {
        let mut row = sample::run_row(pipeline_core::id::RunId { job, fence });
        row.finished_at = None;
        row
    };
    let step = |run| Commit {
        jobs: vec![sample::job(job_id(1, 1), sample::agent_job())],
        run: Some(run),
        ..Commit::default()
    };
    commit(&store, step(row(job_id(1, 1), 1))).await;
    store.claim(sample::claim("a", at(0))).await.unwrap();
    assert_eq!(store.open_runs(9).await.unwrap(), []);
    store.give_back(job_id(1, 1), 1, at(0), false).await.unwrap();
    assert_eq!(store.open_runs(9).await.unwrap(), [row(job_id(1, 1), 1)]);
    store.claim(sample::claim("a", at(0))).await.unwrap();
    assert_eq!(
        store.open_runs(9).await.unwrap().len(),
        1,
        "the next attempt is another run"
    );
    let ended = pipeline_core::run::RunRow {
        finished_at: Some(at(1)),
        ..row(job_id(1, 1), 1)
    };
    commit(&store, step(ended)).await;
    assert_eq!(store.open_runs(9).await.unwrap(), []);
}

/// Those of tasks that go on, and those that were not delivered, stay.
pub async fn delivered_effects_of_finished_tasks_are_forgotten(store: Arc<dyn Store>) {
    with_task_in(&store, 1, TaskState::Done, 10).await;
    with_task_in(&store, 2, TaskState::Starting, 10).await;
    for (task, key) in [(1, "1-e1"), (1, "1-e2"), (1, "1-e3"), (2, "2-e1")] {
        let step = Commit {
            at: at(5),
            effects: vec![sample::alert(task, key)],
            ..Commit::default()
        };
        commit(&store, step).await;
    }
    // One row of each task is sent at a time; the third of task 1 stays unsent.
    for _ in 0..2 {
        for row in outbox::claim(&store, at(5)).await {
            let effect_end = Some(EffectEnd {
                key: row.effect.key,
                fence: row.fence,
                generation: row.generation,
                dead: None,
            });
            commit(
                &store,
                Commit {
                    effect_end,
                    ..Commit::default()
                },
            )
            .await;
        }
    }
    assert_eq!(store.forget_effects(at(10), 9).await.unwrap(), 0, "too young");
    assert_eq!(store.forget_effects(at(11), 1).await.unwrap(), 1);
    assert_eq!(store.forget_effects(at(11), 9).await.unwrap(), 1);
    assert_eq!(store.forget_effects(at(11), 9).await.unwrap(), 0);
    let left = |task| store.effects(OutboxFilter::OfTask(pipeline_core::id::TaskId(task)));
    assert_eq!(left(1).await.unwrap().len(), 1);
    assert_eq!(left(2).await.unwrap().len(), 1);
}

/// Alerts of a project go; what was said of an issue stays, for it would be said again.
pub async fn delivered_alerts_that_are_no_tasks_are_forgotten(store: Arc<dyn Store>) {
    let mut alert = sample::alert(1, "et/alert");
    let mut comment = sample::effect(
        1,
        "et/comment",
        pipeline_core::effect::EffectKind::Comment {
            issue: "1".into(),
            author: pipeline_core::role::Role::stream(),
            html: "said".to_owned(),
        },
    );
    for effect in [&mut alert, &mut comment] {
        effect.task = None;
    }
    let effects = vec![alert, comment];
    let step = Commit {
        at: at(5),
        effects,
        ..Commit::default()
    };
    commit(&store, step).await;
    assert_eq!(store.forget_effects(at(6), 9).await.unwrap(), 0, "not delivered");
    for row in outbox::claim(&store, at(5)).await {
        let effect_end = Some(EffectEnd {
            key: row.effect.key,
            fence: row.fence,
            generation: row.generation,
            dead: None,
        });
        let step = Commit {
            effect_end,
            ..Commit::default()
        };
        commit(&store, step).await;
    }
    assert_eq!(store.forget_effects(at(5), 9).await.unwrap(), 0, "too young");
    assert_eq!(store.forget_effects(at(6), 9).await.unwrap(), 1);
    assert_eq!(store.forget_effects(at(6), 9).await.unwrap(), 0);
}

/// News that waits stays, however old.
pub async fn handled_news_is_forgotten(store: Arc<dyn Store>) {
    let news = |key: &str| NewDelivery {
        key: key.to_owned(),
        kind: "issue".to_owned(),
        body: Vec::new(),
    };
    store
        .record("s", vec![news("a"), news("b")], None, at(1))
        .await
        .unwrap();
    store.record("s", vec![news("c")], None, at(5)).await.unwrap();
    let ids: Vec<_> = store.waiting(at(9), 9).await.unwrap();
    for id in [ids[0].id, ids[2].id] {
        store.settle(&[id], Settlement::Done).await.unwrap();
    }
    assert_eq!(store.forget_deliveries(at(5), 9).await.unwrap(), 1);
    assert_eq!(store.forget_deliveries(at(5), 9).await.unwrap(), 0);
    let again = store
        .record("s", vec![news("a"), news("b"), news("c")], None, at(6))
        .await
        .unwrap();
    assert_eq!((again.stored, again.duplicates), (1, 2));
}

/// The last word counts.
pub async fn the_daemons_report_is_kept(store: Arc<dyn Store>) {
    assert_eq!(store.retention().await.unwrap(), None);
    let report = RetentionReport {
        runs: 3,
        kept: vec![Kept {
            what: "checkout".to_owned(),
            place: "/kept".to_owned(),
            why: "not pushed".to_owned(),
        }],
        ..RetentionReport::default()
    };
    store
        .tell_retention(&RetentionReport::default(), at(1))
        .await
        .unwrap();
    store.tell_retention(&report, at(2)).await.unwrap();
    let told = store.retention().await.unwrap();
    assert_eq!(told, Some(ToldRetention { at: at(2), report }));
}
