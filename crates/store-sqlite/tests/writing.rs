//! What many writers, a second process and a full disk must not do to a write.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::effect::NewEffect;
use pipeline_core::id::{OrderId, TaskId};
use pipeline_core::job::{JobStatus, NewJob};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::DeliveryStore;
use pipeline_core::port::store::jobs::{Claim, JobStore};
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::port::store::tasks::{Commit, Committed, JobEnd, TaskFilter, TaskStore};
use pipeline_core::task::{Ask, Resume, TaskState, Wait};
use pipeline_core::timer::{TimerChange, TimerKind};
use rusqlite::Connection;
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use testkit::sample::{self, at};

struct Opened {
    store: Arc<SqliteStore>,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn opened(options: &OpenOptions) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orchd.db");
    Opened {
        store: Arc::new(SqliteStore::open(&path, options).unwrap()),
        path,
        _folder: folder,
    }
}

#[tokio::test]
async fn many_commits_at_once_all_land_and_a_refused_one_hurts_nobody() {
    let Opened { store, .. } = &opened(&OpenOptions::default());
    let mut commits = Vec::new();
    for id in 1..=64 {
        let mut commit = sample::insert(sample::task(id));
        if id == 32 {
            // The log entry names a task that nobody stored.
            if let Some(logged) = &mut commit.log {
                logged.entry.task = TaskId(4_711);
            }
        }
        let store = Arc::clone(store);
        commits.push(tokio::spawn(async move { store.commit(commit).await }));
    }
    for (id, commit) in (1..).zip(commits) {
        let answer = commit.await.unwrap();
        if id == 32 {
            assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}");
        } else {
            assert_eq!(answer, Ok(Committed::Yes), "{id}");
        }
    }
    let stored = store.tasks(TaskFilter::All).await.unwrap();
    assert_eq!(stored.len(), 63);
    assert!(stored.iter().all(|task| task.id != TaskId(32)));
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_later_writes_work() {
    let options = OpenOptions {
        max_pages: Some(100),
        ..OpenOptions::default()
    };
    let Opened { store, .. } = &opened(&options);
    let news = |key: &str, bytes: usize| {
        vec![NewDelivery {
            key: key.to_owned(),
            kind: "push".to_owned(),
            body: vec![7; bytes],
        }]
    };
    let (big, small) = tokio::join!(
        store.record("forge", news("big", 1024 * 1024), Some("1".into()), at(0)),
        store.record("forge", news("small", 10), None, at(0)),
    );
    assert!(matches!(big, Err(StoreError::Unavailable(_))), "{big:?}");
    assert_eq!(small.unwrap().stored, 1);
    assert_eq!(
        store
            .record("forge", news("later", 10), None, at(0))
            .await
            .unwrap()
            .stored,
        1
    );
    assert_eq!(store.cursor("forge").await.unwrap(), None);
    assert_eq!(store.waiting(at(0), 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_lock_that_lasts_is_unavailable_and_later_writes_work() {
    let options = OpenOptions {
        busy_timeout: Duration::from_millis(1),
        ..OpenOptions::default()
    };
    let Opened { store, path, .. } = &opened(&options);
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let locked = tokio::join!(store.allot_task(), store.commit(sample::insert(sample::task(1))));
    assert!(matches!(locked.0, Err(StoreError::Unavailable(_))), "{locked:?}");
    assert!(matches!(locked.1, Err(StoreError::Unavailable(_))), "{locked:?}");
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap(), []);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.allot_task().await.unwrap(), TaskId(1));
}

#[tokio::test]
async fn old_keys_are_forgotten_when_they_are_settled() {
    let Opened { store, .. } = &opened(&OpenOptions::default());
    let news = |key: &str| {
        vec![NewDelivery {
            key: key.to_owned(),
            kind: "push".to_owned(),
            body: Vec::new(),
        }]
    };
    let month = 30 * 24 * 3_600;
    store.record("forge", news("settled"), None, at(0)).await.unwrap();
    let settled = store.waiting(at(0), 1).await.unwrap()[0].id;
    let acknowledge = Commit {
        acknowledge: vec![settled],
        ..Commit::default()
    };
    store.commit(acknowledge).await.unwrap();
    store.record("forge", news("waiting"), None, at(0)).await.unwrap();
    for (key, when, duplicates) in [
        ("settled", at(month), 1),
        ("other", at(month + 1), 0),
        ("waiting", at(month + 1), 1),
        ("settled", at(month + 1), 0),
    ] {
        let recorded = store.record("forge", news(key), None, when).await.unwrap();
        assert_eq!(recorded.duplicates, duplicates, "{key}");
    }
}

#[tokio::test]
async fn an_order_of_another_process_is_noticed_and_its_answer_comes_back() {
    let Opened { store, path, .. } = &opened(&OpenOptions::default());
    assert_eq!(store.unanswered().await.unwrap(), []);
    let other = SqliteStore::attach(path).unwrap();
    let order = NewOrder {
        task: TaskId(1),
        by: "ann".to_owned(),
        reason: String::new(),
        at: at(0),
        what: OperatorOrderKind::Restart,
    };
    let id = other.place(order).await.unwrap();
    let seen = store.unanswered().await.unwrap();
    assert_eq!(seen.iter().map(|order| order.id).collect::<Vec<OrderId>>(), [id]);
    assert_eq!(store.unanswered().await.unwrap(), seen);

    let answer = OrderAnswer::Refused("there is no task 1".to_owned());
    store.answer(id, answer.clone()).await.unwrap();
    assert_eq!(store.unanswered().await.unwrap(), []);
    store
        .answer(id, OrderAnswer::Accepted("late".to_owned()))
        .await
        .unwrap();
    assert_eq!(other.order(id).await.unwrap().unwrap().answer, Some(answer));
}

#[tokio::test]
async fn a_result_is_taken_once_even_when_its_job_is_queued_again() {
    let Opened { store, .. } = &opened(&OpenOptions::default());
    store.commit(sample::insert(sample::task(1))).await.unwrap();
    let job = sample::job_id(1, 1);
    let queue = Commit {
        jobs: vec![NewJob {
            available_at: at(0),
            ..sample::job(job, sample::agent_job())
        }],
        ..Commit::default()
    };
    store.commit(queue).await.unwrap();
    let claim = store.claim(sample::claim("a", at(0))).await.unwrap();
    assert!(matches!(claim, Claim::Taken(_)));
    let result = Commit {
        requeue: vec![pipeline_core::decision::Requeue {
            job,
            available_at: at(10),
        }],
        job_end: Some(JobEnd {
            job,
            fence: 1,
            status: JobStatus::Failed,
        }),
        ..Commit::default()
    };
    assert_eq!(store.commit(result.clone()).await, Ok(Committed::Yes));
    assert_eq!(store.commit(result).await, Ok(Committed::Fenced));
}

#[tokio::test]
async fn every_word_of_the_core_is_known_to_the_tables() {
    let Opened { store, .. } = &opened(&OpenOptions::default());
    for (id, state) in (1..).zip(states()) {
        let mut task = sample::task(id);
        task.state = state;
        let commit = Commit {
            effects: vec![sample::alert(id, &format!("{id}-e1")), message(id)],
            timers: TimerKind::ALL.map(|kind| arm(id, kind)).to_vec(),
            ..sample::insert(task.clone())
        };
        assert_eq!(
            store.commit(commit).await,
            Ok(Committed::Yes),
            "{}",
            task.state.name()
        );
    }
}

fn message(id: i64) -> NewEffect {
    sample::live_message(id, &format!("{id}-e2"), "text")
}

fn arm(id: i64, kind: TimerKind) -> (TaskId, TimerChange) {
    let change = TimerChange::Arm {
        kind,
        generation: 1,
        due: at(1),
    };
    (TaskId(id), change)
}

fn states() -> Vec<TaskState> {
    vec![
        TaskState::Starting,
        TaskState::Working {
            job: sample::job_id(1, 1),
        },
        TaskState::Publishing {
            run: sample::run_id(1, 1, 1),
        },
        TaskState::Gathering {
            job: sample::job_id(1, 1),
        },
        TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree: None })),
        TaskState::Waiting(Wait::Answers),
        TaskState::Waiting(Wait::Ci),
        TaskState::Waiting(Wait::Dependency),
        TaskState::Waiting(Wait::Budget),
        TaskState::Merging {
            head: sample::sha('a'),
        },
        TaskState::Blocked {
            reason: "why".to_owned(),
            resume: Resume::Role,
        },
        TaskState::Done,
        TaskState::Cancelled,
    ]
}
