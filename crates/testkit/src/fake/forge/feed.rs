//! The forge's changes as news.

use async_trait::async_trait;
use pipeline_core::id::BranchName;
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};

use crate::fake::feed;
use crate::fake::forge::{FakeForge, SOURCE};

#[async_trait]
impl EventSource for FakeForge {
    fn name(&self) -> &str {
        SOURCE
    }

    fn verify(&self, _webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        Err(Unverified::NoSecret(SOURCE.to_owned()))
    }

    fn decode(&self, kind: &str, body: &[u8]) -> Decoded {
        feed::decode(&self.project, kind, body, |branch| {
            Hint::Branch(BranchName::new(branch))
        })
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        self.feed_faults.port("news", || {
            let changes = self.repo.changes();
            feed::page((cursor, 0), changes.iter().map(BranchName::as_str))
        })
    }

    async fn wait(&self) {
        self.repo.wait().await;
    }
}
