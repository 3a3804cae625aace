//! The outbox: lanes, claims, and Desired rows that give way to newer ones.

use std::collections::BTreeSet;

use async_trait::async_trait;
use pipeline_core::effect::{Lane, NewEffect};
use pipeline_core::id::{EffectKey, InstanceId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, OutboxStore};
use pipeline_core::port::store::tasks::EffectEnd;
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;
use crate::fake::store::state::{State, StoredEffect};

#[async_trait]
impl OutboxStore for FakeStore {
    async fn claim_effects(
        &self,
        owner: &InstanceId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("claim_effects", |state| {
            let mut claimed = Vec::new();
            for at in state.lane_heads() {
                let stored = &mut state.outbox[at];
                if claimed.len() < limit && stored.due <= now {
                    claimed.push(row(stored));
                    stored.status = EffectStatus::InFlight;
                    stored.attempts += 1;
                    stored.owner = Some(owner.clone());
                }
            }
            Ok(claimed)
        })
    }

    async fn postpone(
        &self,
        key: &EffectKey,
        at: Timestamp,
        error: &str,
        ambiguous: bool,
    ) -> Result<(), StoreError> {
        self.call("postpone", |state| {
            let status = if ambiguous {
                EffectStatus::Ambiguous
            } else {
                EffectStatus::Pending
            };
            if let Some(stored) = state
                .outbox
                .iter_mut()
                .find(|stored| stored.effect.key == *key && stored.is_open())
            {
                stored.status = status;
                stored.due = at;
                stored.error = Some(error.to_owned());
                stored.owner = None;
            }
            state.drop_outdated();
            Ok(())
        })
    }

    async fn reclaim(&self, owner: &InstanceId) -> Result<usize, StoreError> {
        self.call("reclaim", |state| {
            let mut reclaimed = 0;
            for stored in &mut state.outbox {
                if stored.status == EffectStatus::InFlight && stored.owner.as_ref() != Some(owner) {
                    stored.status = EffectStatus::Ambiguous;
                    stored.owner = None;
                    reclaimed += 1;
                }
            }
            state.drop_outdated();
            Ok(reclaimed)
        })
    }

    async fn next_effect(&self) -> Result<Option<Timestamp>, StoreError> {
        self.call("next_effect", |state| {
            let heads = state.lane_heads();
            Ok(heads.into_iter().map(|at| state.outbox[at].due).min())
        })
    }

    async fn effects(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("effects", |state| {
            let wanted = |stored: &&StoredEffect| match filter {
                OutboxFilter::OfTask(task) => stored.effect.task == Some(task),
                OutboxFilter::Open => stored.status != EffectStatus::Done,
            };
            Ok(state.outbox.iter().filter(wanted).map(row).collect())
        })
    }
}

impl State {
    pub(super) fn add_effect(&mut self, effect: NewEffect, at: Timestamp) {
        if self.outbox.iter().any(|stored| stored.effect.key == effect.key) {
            return;
        }
        let fresh = StoredEffect {
            effect,
            generation: 1,
            status: EffectStatus::Pending,
            attempts: 0,
            created_at: at,
            due: at,
            owner: None,
            error: None,
        };
        let older = self.outbox.iter_mut().find(|stored| {
            stored.is_unsent() && stored.target().is_some() && stored.target() == fresh.target()
        });
        match older {
            Some(older) => {
                let generation = older.generation + 1;
                *older = StoredEffect { generation, ..fresh };
            }
            None => self.outbox.push(fresh),
        }
    }

    pub(super) fn end_effect(&mut self, end: &EffectEnd) {
        let ended = self.outbox.iter_mut().find(|stored| {
            stored.effect.key == end.key && stored.generation == end.generation && stored.is_open()
        });
        if let Some(stored) = ended {
            stored.status = if end.dead.is_some() {
                EffectStatus::Dead
            } else {
                EffectStatus::Done
            };
            stored.error.clone_from(&end.dead);
            stored.owner = None;
        }
    }

    /// The oldest open row of each lane that has nothing in flight, oldest first.
    fn lane_heads(&self) -> Vec<usize> {
        let mut seen: BTreeSet<&Lane> = self
            .outbox
            .iter()
            .filter(|stored| stored.status == EffectStatus::InFlight)
            .map(|stored| &stored.effect.lane)
            .collect();
        self.outbox
            .iter()
            .enumerate()
            .filter(|(_, stored)| stored.is_open() && seen.insert(&stored.effect.lane))
            .map(|(at, _)| at)
            .collect()
    }

    /// A Desired row that came back unsent gives way to a newer one that was written while it was in flight.
    fn drop_outdated(&mut self) {
        let mut newer = BTreeSet::new();
        let mut kept = Vec::new();
        for stored in self.outbox.drain(..).rev() {
            let outdated = stored.is_unsent()
                && stored
                    .target()
                    .is_some_and(|target| !newer.insert(target.to_owned()));
            if !outdated {
                kept.push(stored);
            }
        }
        kept.reverse();
        self.outbox = kept;
    }
}

fn row(stored: &StoredEffect) -> OutboxRow {
    OutboxRow {
        effect: stored.effect.clone(),
        generation: stored.generation,
        status: stored.status,
        attempts: stored.attempts,
        created_at: stored.created_at,
        error: stored.error.clone(),
    }
}
