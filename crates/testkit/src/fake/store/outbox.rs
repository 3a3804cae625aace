//! The outbox: lanes, claims, and Desired rows that give way to newer ones.

use std::collections::BTreeSet;

use async_trait::async_trait;
use pipeline_core::effect::{Lane, NewEffect};
use pipeline_core::id::{EffectKey, InstanceId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{
    Channel, EffectClaim, EffectStatus, OutboxFilter, OutboxRow, OutboxStore, Postponement,
};
use pipeline_core::port::store::tasks::{EffectChange, EffectEnd, RowChange};
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;
use crate::fake::store::state::{State, StoredEffect};

#[async_trait]
impl OutboxStore for FakeStore {
    async fn claim_effects(&self, claim: EffectClaim) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("claim_effects", |state| {
            let rows = state.claim_effects(&claim);
            state.version += u64::from(!rows.is_empty());
            Ok(rows)
        })
    }

    async fn renew_effects(
        &self,
        owner: &InstanceId,
        claims: Vec<(EffectKey, u32)>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.write("renew_effects", |state| {
            for (key, fence) in claims {
                if let Some(stored) = state.claimed(&key, fence)
                    && let Some((holder, lease_until)) = &mut stored.lease
                    && holder == owner
                {
                    *lease_until = until;
                }
            }
            Ok(())
        })
    }

    async fn postpone(&self, row: Postponement) -> Result<(), StoreError> {
        self.write("postpone", |state| {
            let Some(stored) = state.claimed(&row.key, row.fence) else {
                return Ok(());
            };
            stored.lease = None;
            stored.due = row.at;
            stored.error = Some(row.error.clone());
            stored.attempts -= u32::from(!row.costs_a_try).min(stored.attempts);
            stored.status = if row.ambiguous {
                EffectStatus::Ambiguous
            } else {
                EffectStatus::Pending
            };
            state.drop_outdated();
            Ok(())
        })
    }

    async fn reclaim(&self, owner: &InstanceId) -> Result<usize, StoreError> {
        self.write("reclaim", |state| Ok(state.lose(|(holder, _)| holder != owner)))
    }

    async fn next_effect(&self) -> Result<Option<Timestamp>, StoreError> {
        self.call("next_effect", |state| {
            let heads = state.lane_heads();
            Ok(heads.into_iter().map(|at| state.outbox[at].due).min())
        })
    }

    async fn effects(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        self.call("effects", |state| {
            let wanted = |stored: &&StoredEffect| match &filter {
                OutboxFilter::OfTask(task) => stored.effect.task == Some(*task),
                OutboxFilter::Open => !matches!(stored.status, EffectStatus::Done | EffectStatus::Dropped),
                OutboxFilter::Underway(lane) => {
                    stored.effect.lane == *lane
                        && !matches!(
                            stored.status,
                            EffectStatus::Done | EffectStatus::Dropped | EffectStatus::Dead
                        )
                }
                OutboxFilter::One(key) => stored.effect.key == *key,
            };
            Ok(state.outbox.iter().filter(wanted).map(row).collect())
        })
    }
}

impl State {
    fn claim_effects(&mut self, claim: &EffectClaim) -> Vec<OutboxRow> {
        self.lose(|(_, until)| *until <= claim.now);
        let mut claimed = Vec::new();
        for (channel, room) in &claim.rooms {
            let due: Vec<usize> = self
                .lane_heads()
                .into_iter()
                .filter(|at| {
                    let stored = &self.outbox[*at];
                    stored.due <= claim.now && Channel::of(&stored.effect) == *channel
                })
                .take(*room)
                .collect();
            for at in due {
                let stored = &mut self.outbox[at];
                stored.fence += 1;
                claimed.push(row(stored));
                stored.status = EffectStatus::InFlight;
                stored.attempts += 1;
                stored.lease = Some((claim.owner.clone(), claim.lease_until));
            }
        }
        claimed
    }

    /// Rows in flight whose lease is like this may have arrived.
    fn lose(&mut self, is_lost: impl Fn(&(InstanceId, Timestamp)) -> bool) -> usize {
        let mut lost = 0;
        for stored in &mut self.outbox {
            if stored.lease.as_ref().is_some_and(&is_lost) {
                stored.status = EffectStatus::Ambiguous;
                stored.lease = None;
                lost += 1;
            }
        }
        lost
    }

    /// The open row of this key, if nobody has claimed it since.
    fn claimed(&mut self, key: &EffectKey, fence: u32) -> Option<&mut StoredEffect> {
        self.outbox
            .iter_mut()
            .find(|stored| stored.effect.key == *key && stored.fence == fence && stored.status.is_open())
    }

    pub(super) fn add_effect(&mut self, effect: NewEffect, at: Timestamp) {
        if self.outbox.iter().any(|stored| stored.effect.key == effect.key) {
            return;
        }
        let mut fresh = StoredEffect {
            effect,
            generation: 1,
            status: EffectStatus::Pending,
            attempts: 0,
            fence: 0,
            created_at: at,
            due: at,
            lease: None,
            error: None,
        };
        if let Some(target) = fresh.target() {
            let of_target = |stored: &&mut StoredEffect| stored.target() == Some(target);
            let known = self.outbox.iter_mut().filter(of_target);
            let (mut newest, mut unsent) = (0, None);
            for stored in known {
                newest = newest.max(stored.generation);
                if stored.status == EffectStatus::Pending {
                    unsent = Some(stored);
                }
            }
            fresh.generation = newest + 1;
            if let Some(unsent) = unsent {
                fresh.fence = unsent.fence;
                *unsent = fresh;
                return;
            }
        }
        self.outbox.push(fresh);
    }

    /// Whether the result is still wanted.
    pub(super) fn can_end(&mut self, end: &EffectEnd) -> bool {
        self.claimed(&end.key, end.fence)
            .is_some_and(|stored| stored.generation == end.generation)
    }

    pub(super) fn end_effect(&mut self, end: &EffectEnd) {
        if let Some(stored) = self.claimed(&end.key, end.fence) {
            stored.status = if end.dead.is_some() {
                EffectStatus::Dead
            } else {
                EffectStatus::Done
            };
            stored.error.clone_from(&end.dead);
            stored.lease = None;
        }
    }

    /// Whether the row is what the operator saw, and nothing newer took its place.
    pub(super) fn can_change(&self, wanted: &EffectChange) -> bool {
        let rests = match wanted.status {
            EffectStatus::Pending | EffectStatus::Ambiguous | EffectStatus::Dead => true,
            EffectStatus::InFlight | EffectStatus::Done | EffectStatus::Dropped => false,
        };
        rests
            && self.outbox.iter().any(|stored| {
                let newer = |other: &StoredEffect| {
                    other.target() == stored.target() && other.generation > stored.generation
                };
                let replaced = stored.target().is_some() && self.outbox.iter().any(newer);
                stored.effect.key == wanted.key
                    && stored.fence == wanted.fence
                    && stored.status == wanted.status
                    && (matches!(wanted.change, RowChange::Drop(_)) || !replaced)
            })
    }

    pub(super) fn change_effect(&mut self, wanted: &EffectChange, at: Timestamp) {
        let Some(stored) = self
            .outbox
            .iter_mut()
            .find(|stored| stored.effect.key == wanted.key)
        else {
            return;
        };
        match &wanted.change {
            RowChange::Due => {
                let may_have_arrived = stored.status == EffectStatus::Ambiguous;
                stored.attempts = u32::from(may_have_arrived);
                stored.due = at;
                if !may_have_arrived {
                    stored.status = EffectStatus::Pending;
                }
            }
            RowChange::Drop(why) => {
                stored.status = EffectStatus::Dropped;
                stored.error = Some(why.clone());
            }
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
            .filter(|(_, stored)| stored.status.is_open() && seen.insert(&stored.effect.lane))
            .map(|(at, _)| at)
            .collect()
    }

    /// A Desired row that came back and surely did not arrive gives way to a newer one that was written while it was in flight.
    fn drop_outdated(&mut self) {
        let mut newer = BTreeSet::new();
        let mut kept = Vec::new();
        for stored in self.outbox.drain(..).rev() {
            let outdated = stored.status == EffectStatus::Pending
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
        fence: stored.fence,
        owner: stored.lease.as_ref().map(|(owner, _)| owner.clone()),
        available_at: stored.due,
        created_at: stored.created_at,
        error: stored.error.clone(),
    }
}
