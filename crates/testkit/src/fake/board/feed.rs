//! The board's changes as news.

use async_trait::async_trait;
use pipeline_core::id::IssueId;
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use pipeline_core::time::Timestamp;

use crate::fake::board::{FakeBoard, SOURCE};
use crate::fake::feed;

#[async_trait]
impl EventSource for FakeBoard {
    fn name(&self) -> &str {
        SOURCE
    }

    fn verify(&self, _webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        Err(Unverified::NoSecret(SOURCE.to_owned()))
    }

    fn decode(&self, kind: &str, body: &[u8]) -> Decoded {
        feed::decode(&self.project, kind, body, |issue| Hint::Item(IssueId::new(issue)))
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        self.feed_faults.port("news", || {
            self.read(|state| {
                let names = state.changes.iter().map(|(issue, _)| issue.as_str());
                feed::page((cursor, state.forgotten), names)
            })
        })
    }

    async fn tidy(&self, read: &str, before: Timestamp) -> Result<usize, PortError> {
        self.feed_faults.port("tidy", || {
            let read = feed::position(read)?;
            self.write(|state| {
                let old = state.changes.iter().take(read);
                let old = old.take_while(|(_, at)| *at < before).count();
                let gone = old.saturating_sub(state.forgotten);
                state.forgotten += gone;
                Ok(gone)
            })
        })
    }

    async fn wait(&self) {
        self.changed.notified().await;
    }
}
