//! What this process is sending, and how each system fares. Nothing of it has to outlive the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipeline_core::effect::System;
use pipeline_core::id::{EffectKey, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::store::outbox::{Channel, OutboxRow};
use pipeline_core::time::Timestamp;

use crate::outbox::breaker::{Breaker, Turn};

/// Rows of one channel that are sent at once.
const AT_ONCE: usize = 8;

/// The rows that are being sent, by system.
pub(super) struct Desk {
    state: Mutex<State>,
}

struct State {
    sending: BTreeMap<EffectKey, Sending>,
    breakers: BTreeMap<Channel, Breaker>,
}

/// How a system stands after an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Answered {
    /// It is taken to be down: not the row is at fault.
    pub(super) is_down: bool,
    /// What people are told.
    pub(super) turn: Option<Turn>,
}

struct Sending {
    fence: u32,
    channel: Channel,
    renewed_at: Option<Timestamp>,
}

impl Desk {
    /// A desk for the systems of these projects.
    pub(super) fn new<'a>(projects: impl Iterator<Item = &'a ProjectId>) -> Self {
        let systems = [System::Tracker, System::Forge, System::Chat];
        let channels = projects.flat_map(|project| {
            systems.map(|system| {
                let project = project.clone();
                Channel { project, system }
            })
        });
        let state = State {
            sending: BTreeMap::new(),
            breakers: channels.map(|channel| (channel, Breaker::default())).collect(),
        };
        Self {
            state: Mutex::new(state),
        }
    }

    /// How many more rows each system may get now; those that may get none are left out.
    pub(super) fn rooms(&self, now: Timestamp) -> Vec<(Channel, usize)> {
        let state = self.lock();
        let mut rooms = Vec::new();
        for (channel, breaker) in &state.breakers {
            let sent = state.sending.values().filter(|row| row.channel == *channel);
            let room = breaker.allows(now, AT_ONCE).saturating_sub(sent.count());
            if room > 0 {
                rooms.push((channel.clone(), room));
            }
        }
        rooms
    }

    pub(super) fn begins(&self, row: &OutboxRow) {
        let sending = Sending {
            fence: row.fence,
            channel: Channel::of(&row.effect),
            renewed_at: None,
        };
        self.lock().sending.insert(row.effect.key.clone(), sending);
    }

    pub(super) fn ends(&self, row: &OutboxRow) {
        self.lock().sending.remove(&row.effect.key);
    }

    pub(super) fn sends(&self, key: &EffectKey) -> bool {
        self.lock().sending.contains_key(key)
    }

    /// Claims that were not renewed for so long, as of now; they count as renewed from now on.
    pub(super) fn to_renew(&self, now: Timestamp, every: Duration) -> Vec<(EffectKey, u32)> {
        let mut claims = Vec::new();
        for (key, row) in &mut self.lock().sending {
            let renewed_at = *row.renewed_at.get_or_insert(now);
            if now.since(renewed_at) >= every {
                row.renewed_at = Some(now);
                claims.push((key.clone(), row.fence));
            }
        }
        claims
    }

    /// The system answered, or did not.
    pub(super) fn answered(&self, row: &OutboxRow, error: Option<&PortError>, now: Timestamp) -> Answered {
        let channel = Channel::of(&row.effect);
        let mut state = self.lock();
        let Some(breaker) = state.breakers.get_mut(&channel) else {
            return Answered::default();
        };
        let was_down = breaker.is_open();
        let turn = match error {
            Some(PortError::Retry { after, .. }) => breaker.failed((&channel, &row.effect.lane), *after, now),
            Some(PortError::Ambiguous(_)) => breaker.failed((&channel, &row.effect.lane), None, now),
            Some(PortError::NotFound(_) | PortError::Conflict(_) | PortError::Permanent(_)) | None => {
                breaker.reached()
            }
        };
        if was_down != breaker.is_open() {
            let (project, system) = (&channel.project, channel.system.as_str());
            if was_down {
                tracing::info!(project.id = %project, system, "the system answers again");
            } else {
                tracing::warn!(project.id = %project, system, "the system is given a pause");
            }
        }
        Answered {
            is_down: breaker.is_open(),
            turn,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
