use std::fs;

use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxStore};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use rusqlite::Connection;
use store_sqlite::backup::backup;
use store_sqlite::open::OpenError;
use store_sqlite::restore::{self, RestoreError};
use testkit::sample::{self, at};

use crate::home::{Home, fill, tell};

#[tokio::test]
async fn a_restored_copy_is_another_one_whose_daemon_looks_first() {
    let home = Home::new();
    let store = home.open();
    fill(&store, 1..=3).await;
    for key in ["in flight", "waits"] {
        tell(&store, 1, key).await;
    }
    store
        .claim_effects(sample::effect_claim("old", at(0), 1))
        .await
        .unwrap();
    let epoch = store.identity().await.unwrap().epoch;
    let made = backup(&home.database(), &home.file("copy.db")).unwrap();
    fill(&store, 4..=9).await;
    drop(store);

    let restored = restore::restore(&made.path, &home.database(), "aside").unwrap();
    assert_eq!(restored.ambiguous, 2);
    assert_eq!(restored.integrity.problems, []);
    assert_eq!(restored.kept, Some(home.file("orchd.db.aside")));
    assert_eq!(home.names(), ["copy.db", "orchd.db", "orchd.db.aside"]);

    let store = home.open();
    let identity = store.identity().await.unwrap();
    assert!(identity.look_first);
    assert_ne!(identity.epoch, epoch);
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 3);
    let effects = store.effects(OutboxFilter::Open).await.unwrap();
    assert!(
        effects.iter().all(|row| row.status == EffectStatus::Ambiguous),
        "{effects:?}"
    );
    let tasks_of = |file: &str| {
        Connection::open(home.file(file))
            .unwrap()
            .query_row("SELECT count(*) FROM tasks", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(tasks_of("orchd.db.aside"), 9);
    assert_eq!(tasks_of("copy.db"), 3);
}

#[tokio::test]
async fn the_log_of_a_daemon_that_died_stays_with_its_database() {
    let (home, other) = (Home::new(), Home::new());
    let store = home.open();
    fill(&store, 1..=3).await;
    let made = backup(&home.database(), &other.file("copy.db")).unwrap();
    fill(&store, 4..=9).await;
    // As after kill -9.
    for ending in ["", "-wal", ".in-use"] {
        fs::copy(
            home.file(&format!("orchd.db{ending}")),
            other.file(&format!("orchd.db{ending}")),
        )
        .unwrap();
    }
    restore::restore(&made.path, &other.database(), "aside").unwrap();
    assert_eq!(
        other.names(),
        ["copy.db", "orchd.db", "orchd.db.aside", "orchd.db.aside-wal"]
    );
    let store = other.open();
    assert_eq!(store.condition().degraded(), None);
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 3);
    let kept: i64 = Connection::open(other.file("orchd.db.aside"))
        .unwrap()
        .query_row("SELECT count(*) FROM tasks", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 9);
}

#[tokio::test]
async fn a_copy_is_put_where_there_was_none() {
    let (home, other) = (Home::new(), Home::new());
    fill(&home.open(), 1..=3).await;
    let made = backup(&home.database(), &home.file("copy.db")).unwrap();
    let restored = restore::restore(&made.path, &other.database(), "aside").unwrap();
    assert_eq!(restored.kept, None);
    assert_eq!(other.names(), ["orchd.db"]);
    assert!(other.open().identity().await.unwrap().look_first);
}

#[tokio::test]
async fn a_damaged_database_is_replaced() {
    let home = Home::new();
    fill(&home.open(), 1..=60).await;
    let made = backup(&home.database(), &home.file("copy.db")).unwrap();
    fs::write(home.database(), vec![0xA5; 40_960]).unwrap();
    restore::restore(&made.path, &home.database(), "aside").unwrap();
    assert_eq!(home.open().tasks(TaskFilter::All).await.unwrap().len(), 60);
    assert_eq!(fs::read(home.file("orchd.db.aside")).unwrap(), vec![0xA5; 40_960]);
}

#[tokio::test]
async fn checking_a_copy_touches_nothing() {
    let home = Home::new();
    fill(&home.open(), 1..=3).await;
    let made = backup(&home.database(), &home.file("copy #1%20?.db")).unwrap();
    let before = home.contents();
    let found = restore::check(&made.path).unwrap();
    assert_eq!(found.tasks, 3);
    // The logs of these tasks do not begin as a task's does.
    assert!(found.problems.iter().all(|problem| problem.rule == "replay"));
    assert_eq!(home.contents(), before);
}

#[tokio::test]
async fn what_cannot_be_restored_changes_nothing() {
    let home = Home::new();
    fill(&home.open(), 1..=60).await;
    let sound = backup(&home.database(), &home.file("sound.db")).unwrap();
    let broken = |name: &str, change: fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(&sound.path).unwrap();
        change(&mut bytes);
        fs::write(home.file(name), bytes).unwrap();
    };
    broken("spoilt.db", |bytes| {
        // Rows; the schema may lie at the very end.
        let (from, to) = (bytes.len() / 2, bytes.len() / 4 * 3);
        bytes[from..to].fill(0xA5);
    });
    broken("newer.db", |bytes| {
        bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    });
    broken("other.db", |bytes| bytes.fill(b'x'));
    let before = home.contents();
    let restore = |name: &str| restore::restore(&home.file(name), &home.database(), "aside").unwrap_err();
    let spoilt = restore("spoilt.db");
    assert!(matches!(spoilt, RestoreError::Unsound { .. }), "{spoilt:?}");
    assert!(matches!(
        restore("newer.db"),
        RestoreError::Open(OpenError::NewerSchema { found: 99, .. })
    ));
    assert!(matches!(
        restore("other.db"),
        RestoreError::Open(OpenError::NotOurs(_))
    ));
    assert!(matches!(
        restore("nowhere.db"),
        RestoreError::Open(OpenError::Missing(_))
    ));
    assert!(matches!(restore("orchd.db"), RestoreError::Itself(_)));
    assert_eq!(home.contents(), before);
}

#[tokio::test]
async fn a_copy_of_the_first_schema_is_brought_up_to_date() {
    let home = Home::new();
    {
        let first = Connection::open(home.file("old.db")).unwrap();
        first
            .execute_batch(include_str!("../../migrations/0001_initial.sql"))
            .unwrap();
        first
            .execute_batch(
                "PRAGMA application_id = 0x6F726368; PRAGMA user_version = 1;
                 INSERT INTO orders (task, by, reason, at, what) VALUES (1, 'ann', '', 0, '\"approve\"')",
            )
            .unwrap();
    }
    let before = home.contents();
    let found = restore::check(&home.file("old.db")).unwrap();
    assert_eq!((found.schema, found.rules_tried), (1, false));
    let restored = restore::restore(&home.file("old.db"), &home.database(), "aside").unwrap();
    assert!(restored.integrity.schema > 1);
    assert_eq!(home.names(), ["old.db", "orchd.db"]);
    assert_eq!(home.contents()["old.db"], before["old.db"]);
    let store = home.open();
    assert!(store.identity().await.unwrap().look_first);
    assert!(store.commit(sample::insert(sample::task(1))).await.is_ok());
}
