//! The board's changes as news.

use async_trait::async_trait;
use pipeline_core::id::IssueId;
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};

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
            self.read(|state| feed::page(cursor, state.changes.iter().map(IssueId::as_str)))
        })
    }

    async fn wait(&self) {
        self.changed.notified().await;
    }
}
