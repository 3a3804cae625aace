//! A database that can be broken, and what is asked of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::{DeliveryStore, Recorded};
use pipeline_core::port::store::tasks::{Committed, TaskStore};
use store_sqlite::SqliteStore;
use store_sqlite::condition::Cause;
use store_sqlite::open::{OpenError, OpenOptions};
use tempfile::TempDir;
use testkit::fake::clock::FakeClock;
use testkit::sample::{self, at};

/// A folder for a database, and a clock that stands still.
pub(crate) struct Rig {
    folder: TempDir,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) max_pages: Option<u32>,
    pub(crate) reserve: u64,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(FakeClock::new()),
            max_pages: None,
            reserve: 0,
        }
    }

    /// With sixty tasks, closed.
    pub(crate) async fn filled() -> Self {
        let rig = Self::new();
        rig.fill(&rig.open()).await;
        rig
    }

    pub(crate) async fn fill(&self, store: &SqliteStore) {
        for id in 1..=60 {
            let stored = store.commit(sample::insert(sample::task(id))).await;
            assert_eq!(stored, Ok(Committed::Yes));
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("orchd.db")
    }

    pub(crate) fn try_open(&self) -> Result<SqliteStore, OpenError> {
        let options = OpenOptions {
            max_pages: self.max_pages,
            reserve: self.reserve,
            clock: Some(Arc::<FakeClock>::clone(&self.clock)),
            ..OpenOptions::default()
        };
        SqliteStore::open(&self.path(), &options)
    }

    pub(crate) fn open(&self) -> SqliteStore {
        self.try_open().unwrap()
    }

    /// What a power cut or kill -9 would leave now.
    pub(crate) fn as_after_a_kill(&self) -> Self {
        let dead = Self::new();
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            if !file.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(file.path(), dead.folder.path().join(file.file_name())).unwrap();
            }
        }
        dead
    }

    pub(crate) fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path().into_os_string();
        name.push(ending);
        name.into()
    }
}

pub(crate) async fn deliver(store: &SqliteStore, key: &str, bytes: usize) -> Result<Recorded, StoreError> {
    let news = NewDelivery {
        key: key.to_owned(),
        kind: "push".to_owned(),
        body: vec![7; bytes],
    };
    store
        .record("forge", vec![news], Some(key.to_owned()), at(0))
        .await
}

pub(crate) fn cause(store: &SqliteStore) -> Option<Cause> {
    store.condition().degraded().map(|degraded| degraded.cause)
}

/// Fills the last quarter of a file with rubbish.
pub(crate) fn spoil(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let end = bytes.len() / 4 * 3;
    bytes[end..].fill(0xA5);
    // Written in place: whoever has the file open sees it.
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    std::io::Write::write_all(&mut file, &bytes).unwrap();
}
