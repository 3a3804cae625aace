//! The board's feed as a source of news. A cursor is the number of the last entry that was read.

use async_trait::async_trait;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use pipeline_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::board::LocalBoard;
use crate::changes::{self, Entry};

/// The source's name.
pub const SOURCE_NAME: &str = "local-board";

const KIND: &str = "issue";

const PAGE: u32 = 500;

/// Entries that go in one transaction; people who write meanwhile wait for it.
const FORGOTTEN_AT_ONCE: u32 = 10_000;

#[derive(Serialize, Deserialize)]
struct Body {
    project: ProjectId,
    issue: IssueId,
}

#[async_trait]
impl EventSource for LocalBoard {
    fn name(&self) -> &str {
        SOURCE_NAME
    }

    /// The board sends no webhooks: none is believed.
    fn verify(&self, _webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        Err(Unverified::NoSecret(SOURCE_NAME.to_owned()))
    }

    fn decode(&self, kind: &str, body: &[u8]) -> Decoded {
        if kind != KIND {
            return Decoded::Ignored(format!("the board has no news of kind '{kind}'"));
        }
        match serde_json::from_slice::<Body>(body) {
            Ok(body) => Decoded::Hints(vec![(body.project, Hint::Item(body.issue))]),
            Err(error) => Decoded::Ignored(format!("not a change of an issue: {error}")),
        }
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        let after = cursor.as_deref().map_or(Ok(0), position)?;
        self.database
            .read(move |db| {
                let entries = changes::after(db, after, PAGE)?;
                Ok(page(after, entries)?)
            })
            .await
    }

    async fn tidy(&self, read: &str, before: Timestamp) -> Result<usize, PortError> {
        let read = position(read)?;
        self.database
            .write(move |db, _| Ok(changes::forget(db, (read, before), FORGOTTEN_AT_ONCE)?))
            .await
    }

    async fn wait(&self) {
        self.database.written().await;
    }
}

fn position(cursor: &str) -> Result<i64, PortError> {
    cursor.parse().map_err(|_| {
        PortError::Permanent(format!(
            "'{cursor}' is not a cursor of the board's feed; expected a number"
        ))
    })
}

fn page(after: i64, entries: Vec<Entry>) -> Result<FeedPage, PortError> {
    let cursor = entries.last().map_or(after, |entry| entry.seq).to_string();
    let news = entries.into_iter().map(delivery).collect::<Result<_, _>>()?;
    Ok(FeedPage { news, cursor })
}

fn delivery(entry: Entry) -> Result<NewDelivery, PortError> {
    let body = Body {
        project: entry.project,
        issue: entry.issue,
    };
    Ok(NewDelivery {
        key: entry.seq.to_string(),
        kind: KIND.to_owned(),
        body: serde_json::to_vec(&body)
            .map_err(|error| PortError::Permanent(format!("the board's feed: {error}")))?,
    })
}
