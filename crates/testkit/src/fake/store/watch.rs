//! Whether anything was written, and what falls due.

use std::sync::PoisonError;

use async_trait::async_trait;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::watch::WatchStore;
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;

#[async_trait]
impl WatchStore for FakeStore {
    async fn written(&self) {
        self.written.notified().await;
    }

    fn version(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).version
    }

    async fn due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.call("due", |state| {
            let jobs = state.jobs.iter().filter(|job| job.status == JobStatus::Queued);
            let effects = state.outbox.iter().filter(|effect| effect.status.is_open());
            let timers = state.timers.values().map(|timer| timer.due);
            let jobs = jobs.map(|job| job.available_at);
            Ok(jobs.chain(effects.map(|effect| effect.due)).chain(timers).min())
        })
    }
}
