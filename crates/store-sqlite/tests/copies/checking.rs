use pipeline_core::port::store::tasks::TaskStore;
use pipeline_core::task::TaskState;
use rusqlite::Connection;
use store_sqlite::integrity::{self, Integrity};
use testkit::sample;

use crate::home::Home;

/// A task that works, one that waits for an effect, one that is done.
async fn sound() -> Home {
    let home = Home::new();
    let store = home.open();
    let mut works = sample::task(1);
    works.state = TaskState::Working {
        job: sample::job_id(1, 1),
    };
    let mut commit = sample::insert(works);
    commit.jobs = vec![sample::job(sample::job_id(1, 1), sample::agent_job())];
    store.commit(commit).await.unwrap();

    let mut starts = sample::task(2);
    starts.open_effects = ["2-e1".into()].into();
    let mut commit = sample::insert(starts.clone());
    commit.effects = vec![sample::alert(2, "2-e1")];
    store.commit(commit).await.unwrap();
    store
        .commit(sample::update(&starts, |task| {
            "later".clone_into(&mut task.title);
        }))
        .await
        .unwrap();

    let mut done = sample::task(3);
    done.state = TaskState::Done;
    store.commit(sample::insert(done)).await.unwrap();
    home
}

fn found(home: &Home) -> Integrity {
    integrity::check(&home.database()).unwrap()
}

#[tokio::test]
async fn a_sound_database_has_no_problems() {
    let home = sound().await;
    let found = found(&home);
    assert_eq!(found.problems, []);
    assert_eq!((found.tasks, found.rules_tried), (3, true));
}

#[tokio::test]
async fn every_broken_rule_is_told() {
    for (rule, words, sql) in [
        (
            "references",
            "row of tasks that is not there",
            "PRAGMA foreign_keys = OFF; UPDATE jobs SET task = 9",
        ),
        (
            "columns",
            "task 3 are not those of its body",
            "UPDATE tasks SET state = 'cancelled' WHERE id = 3",
        ),
        (
            "tasks",
            "cannot be read",
            "UPDATE tasks SET body = '{' WHERE id = 3",
        ),
        (
            "log",
            "task 2 has revision 2, its log has 1 entries, from 2 to 2",
            "DELETE FROM event_log WHERE task = 2 AND revision = 1",
        ),
        (
            "progress",
            "task 1 is working at analysis and nothing moves it on",
            "UPDATE jobs SET status = 'done'",
        ),
        (
            "effects",
            "task 2 waits for effect 2-e1, which nobody sends",
            "UPDATE outbox SET status = 'done'",
        ),
        (
            "timers",
            "task 1 knows the timers {}, armed are {\"ci_poll\": 4}",
            "INSERT INTO timers VALUES (1, 'ci_poll', 4, 0)",
        ),
        (
            "jobs",
            "job 3-1 is queued although its task is over",
            "INSERT INTO jobs (task, number, project, class, status, available_at, created_at, body)
                SELECT 3, 1, project, class, status, 0, 0, body FROM jobs",
        ),
        (
            "leases",
            "task 1 has 2 leased agent jobs: 1-1, 1-2",
            "UPDATE jobs SET status = 'running', fence = 1, owner = 'a', lease_until = 1;
             INSERT INTO jobs (task, number, project, class, status, available_at, created_at, body, fence, owner, lease_until)
                SELECT 1, 2, project, class, status, 0, 0, body, 1, 'a', 1 FROM jobs",
        ),
        (
            "lanes",
            "lane 2:chat has 2 effects in flight",
            "UPDATE outbox SET status = 'in_flight', attempts = 1, fence = 1, owner = 'a', lease_until = 1;
             INSERT INTO outbox (key, task, project, system, lane, target, need, kind, generation, status, owner, lease_until, fence,
                    attempts, available_at, created_at)
                SELECT 'other', task, project, system, lane, target, need, kind, 1, status, owner, 1, 1, 1, 0, 0 FROM outbox",
        ),
        (
            "counts",
            "7 jobs are counted as done, and there are 0",
            "UPDATE job_counts SET jobs = 7 WHERE status = 'done'",
        ),
    ] {
        let home = sound().await;
        Connection::open(home.database())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let problems = found(&home).problems;
        assert!(
            problems
                .iter()
                .any(|problem| problem.rule == rule && problem.what.contains(words)),
            "{rule}: {problems:?}"
        );
    }
}
