//! Deliveries, cursors and marks.

use async_trait::async_trait;
use pipeline_core::id::{DeliveryId, IssueId, ProjectId};
use pipeline_core::orders::ItemMark;
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::{Delivery, DeliveryStore, Recorded, Settlement};
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;
use crate::fake::store::state::{State, StoredDelivery};

#[async_trait]
impl DeliveryStore for FakeStore {
    async fn record(
        &self,
        source: &str,
        news: Vec<NewDelivery>,
        cursor: Option<String>,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        self.write("record", |state| {
            let mut recorded = Recorded {
                stored: 0,
                duplicates: 0,
            };
            for new in news {
                if state.keep(source, new, at) {
                    recorded.stored += 1;
                } else {
                    recorded.duplicates += 1;
                }
            }
            if let Some(cursor) = cursor {
                state.cursors.insert(source.to_owned(), cursor);
            }
            Ok(recorded)
        })
    }

    async fn cursor(&self, source: &str) -> Result<Option<String>, StoreError> {
        self.call("cursor", |state| Ok(state.cursors.get(source).cloned()))
    }

    async fn waiting(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        self.call("waiting", |state| {
            Ok(state
                .deliveries
                .values()
                .filter(|stored| stored.waits && stored.due <= now)
                .take(limit)
                .map(|stored| stored.delivery.clone())
                .collect())
        })
    }

    async fn settle(&self, deliveries: &[DeliveryId], settlement: Settlement) -> Result<(), StoreError> {
        self.write("settle", |state| {
            for id in deliveries {
                if let Some(stored) = state.deliveries.get_mut(id) {
                    stored.settle(&settlement);
                }
            }
            Ok(())
        })
    }

    async fn mark(&self, project: &ProjectId, issue: &IssueId) -> Result<Option<ItemMark>, StoreError> {
        let mark = self.call("mark", |state| {
            Ok(state.marks.get(&(project.clone(), issue.clone())).cloned())
        });
        self.faults.arrive("mark").await;
        mark
    }

    async fn connected_at(&self, project: &ProjectId, now: Timestamp) -> Result<Timestamp, StoreError> {
        self.call("connected_at", |state| {
            state.version += u64::from(!state.connected.contains_key(project));
            Ok(*state.connected.entry(project.clone()).or_insert(now))
        })
    }
}

impl State {
    /// Whether it was new.
    fn keep(&mut self, source: &str, new: NewDelivery, at: Timestamp) -> bool {
        let known = self
            .deliveries
            .values()
            .any(|stored| stored.delivery.source == source && stored.key == new.key);
        if known {
            return false;
        }
        let last = self.deliveries.keys().next_back().map_or(0, |id| id.0);
        let id = DeliveryId(last + 1);
        let delivery = Delivery {
            id,
            source: source.to_owned(),
            kind: new.kind,
            body: new.body,
            attempts: 0,
        };
        let stored = StoredDelivery {
            delivery,
            key: new.key,
            waits: true,
            received_at: at,
            due: at,
        };
        self.deliveries.insert(id, stored);
        true
    }
}

impl StoredDelivery {
    fn settle(&mut self, settlement: &Settlement) {
        match settlement {
            Settlement::Ignored(_) | Settlement::Done | Settlement::Dead(_) => self.waits = false,
            Settlement::Retry { at, .. } => {
                self.delivery.attempts += 1;
                self.due = *at;
            }
        }
    }
}
