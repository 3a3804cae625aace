//! Opening: what is created, what is refused, and that a refused file stays as it is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

use std::fs;
use std::path::{Path, PathBuf};

use pipeline_core::id::TaskId;
use pipeline_core::port::store::tasks::{Committed, TaskFilter, TaskStore};
use rusqlite::Connection;
use store_sqlite::SqliteStore;
use store_sqlite::open::{OpenError, OpenOptions};
use tempfile::TempDir;
use testkit::sample;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").join("orchd.db");
    (folder, path)
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, &OpenOptions::default())
}

/// Opens what cannot be opened; the file has the same bytes afterwards, and nothing lies beside it.
fn refused(path: &Path, opened: fn(&Path) -> Result<SqliteStore, OpenError>) -> String {
    let before = fs::read(path).unwrap();
    let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
    let Err(error) = opened(path) else {
        panic!("{} was opened", path.display());
    };
    assert_eq!(fs::read(path).unwrap(), before);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), files);
    error.to_string()
}

async fn fill(path: &Path) {
    let store = open(path).unwrap();
    for id in 1..=60 {
        let stored = store.commit(sample::insert(sample::task(id))).await;
        assert_eq!(stored, Ok(Committed::Yes));
    }
}

fn pragma(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn the_library_is_free_of_the_wal_reset_bug() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[tokio::test]
async fn folder_and_file_are_created_for_our_account_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    drop(open(&path).unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let (_folder, path) = place();
    fill(&path).await;
    let store = open(&path).unwrap();
    let tasks = store.tasks(TaskFilter::All).await.unwrap();
    assert_eq!(tasks.len(), 60);
    assert_eq!(tasks[6], sample::task(7));
    assert_eq!(store.allot_task().await.unwrap(), TaskId(61));
    drop(store);
    assert_eq!(open(&path).unwrap().allot_task().await.unwrap(), TaskId(62));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_folder, path) = place();
    fill(&path).await;
    pragma(&path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");
    let error = refused(&path, open);
    assert!(error.contains("has schema 99, this version knows "), "{error}");
    let error = refused(&path, SqliteStore::attach);
    assert!(error.contains("has schema 99, expected "), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    for content in ["something else entirely\n".repeat(100), "x".to_owned()] {
        let (_folder, path) = place();
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let error = refused(&path, open);
        assert!(
            error.contains("is not a database of orchd; it was left untouched"),
            "{error}"
        );
        let error = refused(&path, SqliteStore::attach);
        assert!(error.contains("is not a database of orchd"), "{error}");
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let (_folder, path) = place();
    fs::create_dir(path.parent().unwrap()).unwrap();
    pragma(&path, "CREATE TABLE theirs (a)");
    let error = refused(&path, open);
    assert!(error.contains("is not a database of orchd"), "{error}");
}

#[test]
fn a_data_directory_that_is_a_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "").unwrap();
    for path in [file.join("orchd.db"), file.join("deeper").join("orchd.db")] {
        assert!(
            matches!(open(&path), Err(OpenError::DirectoryIsFile(_))),
            "{path:?}"
        );
    }
    let attached = SqliteStore::attach(&file.join("orchd.db"));
    assert!(matches!(attached, Err(OpenError::DirectoryIsFile(_))));
}

#[test]
fn a_directory_in_the_databases_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::FileIsDirectory(_))));
    assert!(matches!(
        SqliteStore::attach(folder.path()),
        Err(OpenError::FileIsDirectory(_))
    ));
}

#[test]
fn a_place_where_nothing_can_be_written_is_told() {
    // Not even the superuser can make a file here.
    let error = open(Path::new("/sys/orchd.db")).err().unwrap();
    assert!(matches!(error, OpenError::NoPermission { .. }), "{error}");
}

#[test]
fn attaching_creates_nothing() {
    let (folder, path) = place();
    assert!(matches!(SqliteStore::attach(&path), Err(OpenError::Missing(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(&path, "").unwrap();
    let error = refused(&path, SqliteStore::attach);
    assert!(error.contains("there is no database at"), "{error}");
}
