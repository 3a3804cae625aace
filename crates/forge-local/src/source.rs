//! The feeds of all projects as one source of news. A cursor holds, per project, how far its feed was read.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use git::{PackAbove, Unreachable};
use pipeline_core::id::{BranchName, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use pipeline_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::feed::Entry;
use crate::forge::LocalForge;

/// The source's name.
pub const SOURCE_NAME: &str = "local-forge";

const KIND: &str = "branch";

const PAGE: usize = 500;

/// Offsets by project.
type Cursor = BTreeMap<ProjectId, u64>;

#[derive(Serialize, Deserialize)]
struct Body {
    project: ProjectId,
    branch: BranchName,
}

/// News of the forges of one installation.
pub struct LocalForgeFeed {
    forges: Vec<Arc<LocalForge>>,
}

impl LocalForgeFeed {
    /// Of these projects.
    #[must_use]
    pub fn new(forges: Vec<Arc<LocalForge>>) -> Self {
        Self { forges }
    }
}

#[async_trait]
impl EventSource for LocalForgeFeed {
    fn name(&self) -> &str {
        SOURCE_NAME
    }

    /// The forge sends no webhooks: none is believed.
    fn verify(&self, _webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        Err(Unverified::NoSecret(SOURCE_NAME.to_owned()))
    }

    fn decode(&self, kind: &str, body: &[u8]) -> Decoded {
        if kind != KIND {
            return Decoded::Ignored(format!("the local forge has no news of kind '{kind}'"));
        }
        match serde_json::from_slice::<Body>(body) {
            Ok(body) => Decoded::Hints(vec![(body.project, Hint::Branch(body.branch))]),
            Err(error) => Decoded::Ignored(format!("not a change of a branch: {error}")),
        }
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        let mut offsets = cursor.as_deref().map_or(Ok(Cursor::new()), read_cursor)?;
        let mut news = Vec::new();
        for forge in &self.forges {
            let offset = offsets.get(forge.project()).copied().unwrap_or(0);
            let room = PAGE - news.len();
            let (entries, next) = forge
                .locked(move |project| {
                    project.notice()?;
                    Ok(project.feed.read(offset, room)?)
                })
                .await?;
            offsets.insert(forge.project().clone(), next);
            for entry in entries {
                news.push(delivery(forge.project(), entry)?);
            }
        }
        let cursor = serde_json::to_string(&offsets).map_err(unwritable)?;
        Ok(FeedPage { news, cursor })
    }

    /// The repositories are packed as well: what is pushed to them comes in small files. Nothing in them is ever removed.
    async fn tidy(&self, read: &str, before: Timestamp) -> Result<usize, PortError> {
        let offsets = read_cursor(read)?;
        let mut forgotten = 0;
        for forge in &self.forges {
            let read = offsets.get(forge.project()).copied().unwrap_or(0);
            forgotten += forge
                .locked(move |project| {
                    project.repository.pack(PackAbove::default(), Unreachable::Keep)?;
                    Ok(project.feed.forget(read, before)?)
                })
                .await?;
        }
        Ok(forgotten)
    }

    /// Wakes for what this process does to a pull request or a status; pushes from outside show at the next look.
    async fn wait(&self) {
        let mut changes: Vec<_> = self
            .forges
            .iter()
            .map(|forge| Box::pin(forge.changed.notified()))
            .collect();
        poll_fn(|context| {
            let any = changes
                .iter_mut()
                .any(|change| change.as_mut().poll(context).is_ready());
            if any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

fn read_cursor(cursor: &str) -> Result<Cursor, PortError> {
    serde_json::from_str(cursor).map_err(|error| {
        PortError::Permanent(format!(
            "'{cursor}' is not a cursor of the local forge's feed: {error}"
        ))
    })
}

fn delivery(project: &ProjectId, entry: Entry) -> Result<NewDelivery, PortError> {
    let body = Body {
        project: project.clone(),
        branch: entry.branch,
    };
    Ok(NewDelivery {
        key: format!("{project}@{}", entry.offset),
        kind: KIND.to_owned(),
        body: serde_json::to_vec(&body).map_err(unwritable)?,
    })
}

#[allow(clippy::needless_pass_by_value, reason = "the signature of map_err")]
fn unwritable(error: serde_json::Error) -> PortError {
    PortError::Permanent(format!("the local forge's feed: {error}"))
}
