//! The product's store as the daemon opens it, with a count of its commits.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use app::clock::SystemClock;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::tasks::{Commit, Committed};
use serde_json::json;
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::commits::Commits;
use crate::figure::Conditions;

/// The store's file in its directory.
pub(crate) const FILE: &str = "state.db";

/// Commits that are handed in at once where a measurement only prepares itself: one group of the writer.
const AT_ONCE: usize = 256;

/// A store and how often it committed.
pub(crate) struct Kept {
    // Dropped in this order: the descriptor of the count outlives the connections.
    pub(crate) store: Arc<SqliteStore>,
    commits: Commits,
}

impl Kept {
    /// Opens the database of this directory, or makes it. Blocks.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let options = OpenOptions {
            clock: Some(Arc::new(SystemClock)),
            ..OpenOptions::default()
        };
        let store = Arc::new(SqliteStore::open(&path, &options).context("open the store")?);
        let commits = Commits::of(&path)?;
        Ok(Self { store, commits })
    }

    /// As the engine and the listeners have it.
    pub(crate) fn port(&self) -> Arc<dyn Store> {
        Arc::<SqliteStore>::clone(&self.store)
    }

    /// Commits so far.
    pub(crate) fn commits(&self) -> anyhow::Result<u64> {
        self.commits.count()
    }

    /// What the writing connection says of its own settings.
    pub(crate) async fn conditions(&self) -> anyhow::Result<Conditions> {
        let settings = self.store.settings().await?;
        Ok(settings
            .into_iter()
            .map(|(name, value)| (name, json!(value)))
            .collect())
    }
}

/// A runtime as the daemon has it.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")
}

/// Commits one of each of these, side by side as far as the writer groups them.
pub(crate) async fn each<I>(
    kept: &Kept,
    of: impl IntoIterator<Item = I>,
    commit: impl Fn(I) -> Commit,
) -> anyhow::Result<()> {
    let mut committing = JoinSet::new();
    for one in of {
        if committing.len() >= AT_ONCE
            && let Some(done) = committing.join_next().await
        {
            is_kept(done??)?;
        }
        let (store, commit) = (kept.port(), commit(one));
        committing.spawn(async move { store.commit(commit).await });
    }
    while let Some(done) = committing.join_next().await {
        is_kept(done??)?;
    }
    Ok(())
}

/// Anything else than kept would measure something else.
pub(crate) fn is_kept(committed: Committed) -> anyhow::Result<()> {
    ensure!(committed == Committed::Yes, "a commit came out as {committed:?}");
    Ok(())
}

/// So many of the one for each of the other.
#[allow(clippy::cast_precision_loss, reason = "counts of a measurement are small")]
pub(crate) fn ratio(of: u64, to: u64) -> f64 {
    of as f64 / (to as f64).max(1.0)
}
