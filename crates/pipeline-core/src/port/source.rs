//! Where news comes from: webhooks that are sent to us, and feeds that we ask.

use async_trait::async_trait;

use crate::id::ProjectId;
use crate::observation::Hint;
use crate::port::PortError;
use crate::time::Timestamp;

/// A webhook as it arrived, before anything is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawWebhook {
    /// Header names in lower case and values.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
}

/// News as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Duplicate key within the source.
    pub key: String,
    /// What kind of news, in the source's words.
    pub kind: String,
    /// The payload.
    pub body: Vec<u8>,
}

/// A webhook that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// No or a wrong signature. Says nothing about the right one.
    #[error("missing or wrong signature")]
    Signature,
    /// No secret is configured, and unsigned webhooks are not allowed.
    #[error("no webhook secret is configured for {0}")]
    NoSecret(String),
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// News after the cursor, oldest first.
    pub news: Vec<NewDelivery>,
    /// The cursor for the next page.
    pub cursor: String,
}

/// What a delivery means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// Look at these objects.
    Hints(Vec<(ProjectId, Hint)>),
    /// Nothing for us; why.
    Ignored(String),
}

/// A source of news: verifies and decodes what is sent, reads what has to be asked for.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventSource: Send + Sync {
    /// Its name: the last part of its webhook's path and the name in the store.
    fn name(&self) -> &str;

    /// Checks the signature on the raw bytes in constant time and names the duplicate key. Must not parse the body before.
    fn verify(&self, webhook: &RawWebhook) -> Result<NewDelivery, Unverified>;

    /// Reduces stored news to hints. Total: what is not understood is `Ignored` with a reason.
    fn decode(&self, kind: &str, body: &[u8]) -> Decoded;

    /// News after the cursor (none: from the beginning). A source without a feed answers with an empty page.
    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError>;

    /// Tidies up what the source keeps for itself: news up to the cursor `read` that is older than `before` goes, and answers how much went. A cursor stays good,
    /// and no key is given twice. A source that keeps nothing has nothing to do.
    async fn tidy(&self, read: &str, before: Timestamp) -> Result<usize, PortError> {
        let _ = (read, before);
        Ok(0)
    }

    /// Returns when there may be news, or never for a source that cannot tell. Only a wake-up: the engine also polls.
    async fn wait(&self);
}
