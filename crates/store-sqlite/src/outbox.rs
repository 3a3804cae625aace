//! Effects on their way out: written by steps, claimed by lanes, coalesced by target.
//!
//! A Desired row that waits unsent is replaced in place by a newer one of its target. One that is being sent, or may have arrived, stays,
//! and the newer one waits behind it with the next generation.

mod queue;
mod row;

use async_trait::async_trait;
use pipeline_core::effect::{Mode, NewEffect};
use pipeline_core::id::{EffectKey, InstanceId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectClaim, OutboxFilter, OutboxRow, OutboxStore, Postponement};
use pipeline_core::port::store::tasks::{EffectChange, EffectEnd, RowChange};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, named_params, params};

use crate::SqliteStore;
use crate::columns::{Json, change, first, rows};
use crate::failure::Failure;
use crate::outbox::row::{need_word, outbox_row};
use crate::writer::Written;

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn claim_effects(&self, claim: EffectClaim) -> Result<Vec<OutboxRow>, StoreError> {
        self.writer
            .write(move |connection| queue::claim(connection, &claim).map(Written::Keep))
            .await
    }

    async fn renew_effects(
        &self,
        owner: &InstanceId,
        claims: Vec<(EffectKey, u32)>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.writer
            .write(move |connection| queue::renew(connection, &owner, &claims, until).map(Written::Keep))
            .await
    }

    async fn postpone(&self, row: Postponement) -> Result<(), StoreError> {
        self.writer
            .write(move |connection| queue::postpone(connection, &row).map(Written::Keep))
            .await
    }

    async fn reclaim(&self, owner: &InstanceId) -> Result<usize, StoreError> {
        let owner = owner.clone();
        self.writer
            .write(move |connection| queue::reclaim(connection, &owner).map(Written::Keep))
            .await
    }

    async fn next_effect(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(queue::next).await
    }

    async fn effects(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        self.readers
            .read(move |connection| match &filter {
                OutboxFilter::OfTask(task) => Ok(rows(connection, OF_TASK, [task.0], outbox_row)?),
                OutboxFilter::Open => Ok(rows(connection, OPEN, [], outbox_row)?),
                OutboxFilter::Underway(lane) => {
                    Ok(rows(connection, UNDERWAY, [lane.0.as_str()], outbox_row)?)
                }
                OutboxFilter::One(key) => Ok(rows(connection, ONE, [key.as_str()], outbox_row)?),
            })
            .await
    }
}

pub(crate) const OF_TASK: &str = "SELECT * FROM outbox WHERE task = ?1 ORDER BY seq";
pub(crate) const OPEN: &str = "SELECT * FROM outbox INDEXED BY outbox_unfinished
    WHERE status NOT IN ('done', 'dropped') ORDER BY seq";
pub(crate) const UNDERWAY: &str = "SELECT * FROM outbox
    WHERE lane = ?1 AND status IN ('pending', 'in_flight', 'ambiguous') ORDER BY seq";
pub(crate) const ONE: &str = "SELECT * FROM outbox WHERE key = ?1";
pub(crate) const IS_THERE: &str = "SELECT seq FROM outbox WHERE key = ?1";
pub(crate) const REPLACE: &str = "UPDATE outbox SET
    key = :key, task = :task, project = :project, system = :system, lane = :lane, need = :need, kind = :kind,
    generation = generation + 1, attempts = 0, available_at = :at, created_at = :at, error = NULL
    WHERE target = :target AND status = 'pending'";
pub(crate) const APPEND: &str = "INSERT INTO outbox
    (key, task, project, system, lane, target, need, kind, generation, status, available_at, created_at)
    VALUES (:key, :task, :project, :system, :lane, :target, :need, :kind,
        (SELECT coalesce(max(generation), 0) + 1 FROM outbox WHERE target = :target),
        'pending', :at, :at)";
pub(crate) const END: &str = "UPDATE outbox SET status = ?4, error = ?5, owner = NULL, lease_until = NULL
    WHERE key = ?1 AND generation = ?2 AND fence = ?3 AND status IN ('pending', 'in_flight', 'ambiguous')";
/// What may have arrived goes on saying so. A dead Desired row whose target has a newer one stays dead.
pub(crate) const DUE: &str = "UPDATE outbox SET
    status = CASE ?3 WHEN 'ambiguous' THEN 'ambiguous' ELSE 'pending' END,
    attempts = CASE ?3 WHEN 'ambiguous' THEN 1 ELSE 0 END,
    available_at = ?4
    WHERE key = ?1 AND fence = ?2 AND status = ?3 AND status IN ('pending', 'ambiguous', 'dead')
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS newer
        WHERE newer.target = outbox.target AND newer.generation > outbox.generation)";
pub(crate) const DROP: &str = "UPDATE outbox SET status = 'dropped', error = ?4
    WHERE key = ?1 AND fence = ?2 AND status = ?3 AND status IN ('pending', 'ambiguous', 'dead')";

/// Adds a row; a key that is there already is left alone.
pub(crate) fn add(connection: &Connection, effect: &NewEffect, at: Timestamp) -> Result<(), Failure> {
    if first(connection, IS_THERE, [effect.key.as_str()], |row| {
        row.get::<_, i64>(0)
    })?
    .is_some()
    {
        return Ok(());
    }
    let replaced = match &effect.mode {
        Mode::Append => 0,
        Mode::Desired { target } => write(connection, REPLACE, effect, (Some(target), at))?,
    };
    if replaced == 0 {
        let target = match &effect.mode {
            Mode::Append => None,
            Mode::Desired { target } => Some(target),
        };
        write(connection, APPEND, effect, (target, at))?;
    }
    Ok(())
}

/// Ends the row. False when it is over, or somebody has claimed it since.
pub(crate) fn end(connection: &Connection, end: &EffectEnd) -> Result<bool, Failure> {
    let status = if end.dead.is_some() { "dead" } else { "done" };
    let values = params![end.key.as_str(), end.generation, end.fence, status, end.dead];
    Ok(change(connection, END, values)? > 0)
}

/// An operator's change. False when the row is not what was read any more, or a newer one took its place.
pub(crate) fn change_row(
    connection: &Connection,
    wanted: &EffectChange,
    at: Timestamp,
) -> Result<bool, Failure> {
    let (key, fence, status) = (wanted.key.as_str(), wanted.fence, wanted.status.as_str());
    let changed = match &wanted.change {
        RowChange::Due => change(connection, DUE, params![key, fence, status, at.0])?,
        RowChange::Drop(why) => change(connection, DROP, params![key, fence, status, why])?,
    };
    Ok(changed > 0)
}

fn write(
    connection: &Connection,
    sql: &str,
    effect: &NewEffect,
    (target, at): (Option<&String>, Timestamp),
) -> rusqlite::Result<usize> {
    change(
        connection,
        sql,
        named_params! {
            ":key": effect.key.as_str(),
            ":task": effect.task.map(|task| task.0),
            ":project": effect.project.as_str(),
            ":system": effect.kind.system().as_str(),
            ":lane": effect.lane.0,
            ":target": target,
            ":need": need_word(effect.need),
            ":kind": Json(&effect.kind),
            ":at": at.0,
        },
    )
}
