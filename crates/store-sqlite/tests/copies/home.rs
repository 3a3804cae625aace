//! A folder with a database and copies of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use pipeline_core::port::store::tasks::{Commit, Committed, TaskStore};
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use tempfile::TempDir;
use testkit::sample::{self, at};

pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.file("orchd.db")
    }

    pub(crate) fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.database(), &OpenOptions::default()).unwrap()
    }

    /// Names and contents of everything in the folder.
    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(self.0.path())
            .unwrap()
            .map(|file| {
                let file = file.unwrap();
                let name = file.file_name().to_string_lossy().into_owned();
                (name, fs::read(file.path()).unwrap())
            })
            .collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.contents().into_keys().collect()
    }
}

/// Stores tasks that wait for nobody.
pub(crate) async fn fill(store: &SqliteStore, ids: std::ops::RangeInclusive<i64>) {
    for id in ids {
        let mut task = sample::task(id);
        task.state = pipeline_core::task::TaskState::Done;
        assert_eq!(store.commit(sample::insert(task)).await, Ok(Committed::Yes));
    }
}

/// Stores an effect that waits.
pub(crate) async fn tell(store: &SqliteStore, task: i64, key: &str) {
    let commit = Commit {
        at: at(0),
        effects: vec![sample::alert(task, key)],
        ..Commit::default()
    };
    assert_eq!(store.commit(commit).await, Ok(Committed::Yes));
}
