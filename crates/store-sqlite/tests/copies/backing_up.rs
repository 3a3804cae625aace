use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store_sqlite::backup::{BackupError, backup};
use store_sqlite::open::OpenError;
use store_sqlite::{integrity, restore};

use crate::home::{Home, fill, tell};

#[tokio::test]
async fn copies_made_while_it_is_written_are_sound() {
    let home = Home::new();
    let store = Arc::new(home.open());
    let epoch = store.identity().await.unwrap().epoch;
    fill(&store, 1..=5).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        async move {
            let mut id = 6;
            while !stop.load(Ordering::Relaxed) {
                fill(&store, id..=id).await;
                tell(&store, id, &format!("{id}-e1")).await;
                id += 1;
            }
        }
    });
    let mut tasks = 0;
    for copy in 0..5 {
        let (from, to) = (home.database(), home.file(&format!("copy-{copy}.db")));
        let made = tokio::task::spawn_blocking(move || backup(&from, &to))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(made.integrity.problems, []);
        assert_eq!(made.integrity.epoch.as_deref(), Some(epoch.as_str()));
        assert!(made.integrity.tasks >= tasks, "{copy}");
        assert!(made.bytes > 0);
        tasks = made.integrity.tasks;
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(home.names().iter().all(|name| !name.contains("unfinished")));
}

#[tokio::test]
async fn a_database_that_nobody_uses_is_copied_too() {
    let home = Home::new();
    fill(&home.open(), 1..=3).await;
    let made = backup(&home.database(), &home.file("deep/er/copy.db")).unwrap();
    assert_eq!(made.integrity.tasks, 3);
    let found = restore::check(&made.path).unwrap();
    assert_eq!((found.tasks, found.epoch), (3, made.integrity.epoch));
}

#[tokio::test]
async fn nothing_is_written_over() {
    let home = Home::new();
    drop(home.open());
    fs::write(home.file("copy.db"), "mine").unwrap();
    let refused = backup(&home.database(), &home.file("copy.db"));
    assert!(matches!(refused, Err(BackupError::Exists(_))));
    assert_eq!(fs::read(home.file("copy.db")).unwrap(), b"mine");
    let refused = backup(&home.database(), &home.database());
    assert!(matches!(refused, Err(BackupError::Exists(_))));
}

#[test]
fn without_a_database_nothing_is_made() {
    let home = Home::new();
    let refused = backup(&home.database(), &home.file("copy.db"));
    assert!(matches!(refused, Err(BackupError::Open(OpenError::Missing(_)))));
    assert_eq!(home.names(), [""; 0]);
}

#[tokio::test]
async fn a_damaged_database_is_not_copied_as_if_it_were_sound() {
    let home = Home::new();
    fill(&home.open(), 1..=60).await;
    let mut bytes = fs::read(home.database()).unwrap();
    let end = bytes.len() / 4 * 3;
    bytes[end..].fill(0xA5);
    fs::write(home.database(), bytes).unwrap();
    let refused = backup(&home.database(), &home.file("copy.db"));
    assert!(matches!(refused, Err(BackupError::Unsound { .. })), "{refused:?}");
    assert!(home.names().iter().all(|name| !name.contains("copy")));
    let found = integrity::check(&home.database()).unwrap();
    assert!(found.problems.iter().any(|problem| problem.rule == "pages"));
}
