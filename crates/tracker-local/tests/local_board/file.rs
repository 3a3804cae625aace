//! What is kept, and which files are refused.

use std::fs;

use pipeline_core::port::board::Board;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::tracker::Tracker;
use pipeline_core::stage::Column;
use rusqlite::Connection;
use tracker_local::{LocalBoard, OpenError};

use crate::rig::{Rig, comment};

#[tokio::test]
async fn reopening_keeps_everything() {
    let rig = Rig::new();
    let (first, second) = (rig.issue("Export as CSV").await, rig.issue("Second").await);
    rig.tracker()
        .comment(&comment("7-e1", &first, "<b>hi</b>"))
        .await
        .unwrap();
    rig.board.say(&rig.project, &first, "yes", "bob").await.unwrap();
    rig.tracker().move_to(&first, Column::InReview).await.unwrap();
    rig.board
        .relate_blocked_by(&rig.project, &first, &second)
        .await
        .unwrap();
    rig.board
        .chat(rig.project.clone())
        .alert(&"7-e2".into(), "look")
        .await
        .unwrap();
    let before = (
        rig.seen(&first).await,
        rig.board.messages(&rig.project).await,
        rig.board.news(None).await,
    );

    let rig = rig.reopen();

    let after = (
        rig.seen(&first).await,
        rig.board.messages(&rig.project).await,
        rig.board.news(None).await,
    );
    assert_eq!(before, after);
    assert_eq!(rig.issue("Third").await.as_str(), "3");
}

#[tokio::test]
async fn commits_go_to_a_write_ahead_log() {
    let rig = Rig::new();
    let other = Connection::open(rig.file()).unwrap();
    let journal: String = other
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "wal");
}

#[tokio::test]
async fn a_board_of_the_first_schema_is_brought_up_to_date() {
    let rig = Rig::new();
    let (open, done) = (rig.issue("Export as CSV").await, rig.issue("Done before").await);
    rig.tracker().move_to(&done, Column::Done).await.unwrap();
    Connection::open(rig.file())
        .unwrap()
        .execute_batch("DROP INDEX issues_open; PRAGMA user_version = 1")
        .unwrap();

    let rig = rig.reopen();

    assert_eq!(rig.tracker().open_issues().await.unwrap(), [open]);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let rig = Rig::new();
    let file = rig.file();
    let other = Connection::open(&file).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();

    let error = rig.refusal(&file);

    assert!(
        matches!(
            error,
            OpenError::NewerSchema {
                found: 99,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("schema 99"), "{error}");
    let version: i64 = other
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_database_of_something_else_is_refused() {
    let rig = Rig::new();
    let file = rig.folder.path().join("other.db");
    Connection::open(&file)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();

    let error = rig.refusal(&file);

    assert!(matches!(error, OpenError::NotABoard { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_kept() {
    let rig = Rig::new();
    let file = rig.folder.path().join("broken.db");
    let content = "this is no database ".repeat(400);
    fs::write(&file, &content).unwrap();

    let error = rig.refusal(&file);

    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), content);
}

#[tokio::test]
async fn a_damaged_board_is_refused_and_kept() {
    let rig = Rig::new();
    for number in 0..200 {
        rig.issue(&format!("Issue {number} with a title of some length"))
            .await;
    }
    let (file, clock) = (rig.file(), rig.clock.clone());
    let folder = rig.folder;
    drop(rig.board);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    for byte in bytes.iter_mut().skip(4096).take(middle) {
        *byte ^= 0x5a;
    }
    fs::write(&file, &bytes).unwrap();

    let error = LocalBoard::open(&file, clock).err().unwrap();

    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), bytes);
    drop(folder);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let rig = Rig::new();
    let file = rig.folder.path().join("nowhere/board.db");
    let error = rig.refusal(&file);
    assert!(error.to_string().contains("nowhere/board.db"), "{error}");
}
