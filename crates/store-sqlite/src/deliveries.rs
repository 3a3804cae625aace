//! News as it arrived. Appended by rowid, so that writes stay at the table's end; duplicates are known by a unique index.

use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::id::{DeliveryId, IssueId, ProjectId};
use pipeline_core::orders::ItemMark;
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::{Delivery, DeliveryStore, Recorded, Settlement};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{change, row_limit, rows};
use crate::failure::Failure;
use crate::writer::Written;
use crate::{SqliteStore, cursors, items, projects};

/// How long the key of a settled delivery is kept, against replays.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[async_trait]
impl DeliveryStore for SqliteStore {
    async fn record(
        &self,
        source: &str,
        news: Vec<NewDelivery>,
        cursor: Option<String>,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let source = source.to_owned();
        self.writer
            .write(move |connection| {
                if let Some(cursor) = &cursor {
                    cursors::write(connection, &source, cursor)?;
                }
                record(connection, &source, &news, at).map(Written::Keep)
            })
            .await
    }

    async fn cursor(&self, source: &str) -> Result<Option<String>, StoreError> {
        let source = source.to_owned();
        self.readers
            .read(move |connection| cursors::find(connection, &source))
            .await
    }

    async fn waiting(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        self.readers
            .read(move |connection| waiting(connection, now, limit))
            .await
    }

    async fn settle(&self, deliveries: &[DeliveryId], settlement: Settlement) -> Result<(), StoreError> {
        let deliveries = deliveries.to_vec();
        self.writer
            .write(move |connection| {
                for delivery in &deliveries {
                    settle(connection, *delivery, &settlement)?;
                }
                Ok(Written::Keep(()))
            })
            .await
    }

    async fn mark(&self, project: &ProjectId, issue: &IssueId) -> Result<Option<ItemMark>, StoreError> {
        if let Some(mark) = self.recent.mark(project, issue) {
            return Ok(Some(mark));
        }
        let (project, issue) = (project.clone(), issue.clone());
        self.readers
            .read(move |connection| items::find(connection, &project, &issue))
            .await
    }

    async fn connected_at(&self, project: &ProjectId, now: Timestamp) -> Result<Timestamp, StoreError> {
        let known = project.clone();
        let known = self
            .readers
            .read(move |connection| projects::connected_at(connection, &known))
            .await?;
        if let Some(at) = known {
            return Ok(at);
        }
        let project = project.clone();
        self.writer
            .write(move |connection| projects::connect(connection, &project, now).map(Written::Keep))
            .await
    }
}

const APPEND: &str = "INSERT INTO deliveries (source, key, kind, body, received_at, status, available_at)
    VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?5) ON CONFLICT (source, key) DO NOTHING";
/// A few of the oldest at each append: as many go as come, and no pass over the table is ever needed.
pub(crate) const FORGET: &str = "DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries ORDER BY id LIMIT 16) AND status <> 'waiting' AND received_at < ?1";
pub(crate) const WAITING: &str = "SELECT id, source, kind, body, attempts FROM deliveries
    WHERE status = 'waiting' AND available_at <= ?1 ORDER BY id LIMIT ?2";
pub(crate) const END: &str =
    "UPDATE deliveries SET status = ?2, note = ?3 WHERE id = ?1 AND status = 'waiting'";
pub(crate) const RETRY: &str = "UPDATE deliveries SET attempts = attempts + 1, available_at = ?2, note = ?3
    WHERE id = ?1 AND status = 'waiting'";

/// A step covers this delivery.
pub(crate) fn acknowledge(connection: &Connection, delivery: DeliveryId) -> Result<(), Failure> {
    settle(connection, delivery, &Settlement::Done)
}

fn record(
    connection: &Connection,
    source: &str,
    news: &[NewDelivery],
    at: Timestamp,
) -> Result<Recorded, Failure> {
    let mut stored = 0;
    for one in news {
        stored += change(
            connection,
            APPEND,
            params![source, one.key, one.kind, one.body, at.0],
        )?;
    }
    if stored > 0 {
        let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        change(connection, FORGET, [at.0.saturating_sub(kept)])?;
    }
    Ok(Recorded {
        stored,
        duplicates: news.len() - stored,
    })
}

fn settle(connection: &Connection, delivery: DeliveryId, settlement: &Settlement) -> Result<(), Failure> {
    let (status, note) = match settlement {
        Settlement::Done => ("done", None),
        Settlement::Ignored(why) => ("ignored", Some(why)),
        Settlement::Dead(why) => ("dead", Some(why)),
        Settlement::Retry { error, at } => {
            change(connection, RETRY, params![delivery.0, at.0, error])?;
            return Ok(());
        }
    };
    change(connection, END, params![delivery.0, status, note])?;
    Ok(())
}

fn waiting(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Delivery>, Failure> {
    Ok(rows(
        connection,
        WAITING,
        params![now.0, row_limit(limit)],
        delivery,
    )?)
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId(row.get("id")?),
        source: row.get("source")?,
        kind: row.get("kind")?,
        body: row.get("body")?,
        attempts: row.get("attempts")?,
    })
}
