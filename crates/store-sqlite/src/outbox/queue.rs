//! Claims by lane, and rows that come back unsent.

use pipeline_core::id::{EffectKey, InstanceId};
use pipeline_core::port::store::outbox::OutboxRow;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::columns::{change, first, row_limit, rows};
use crate::failure::Failure;
use crate::outbox::row::outbox_row;

/// Heads of lanes: open, nothing open before them, nothing of the lane in flight. Due at `?1`.
pub(crate) const READY: &str = "SELECT * FROM outbox AS head
    WHERE status IN ('pending', 'ambiguous') AND available_at <= ?1
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.lane = head.lane AND (other.seq < head.seq OR other.status = 'in_flight')
        AND other.status IN ('pending', 'in_flight', 'ambiguous'))
    ORDER BY seq LIMIT ?2";
pub(crate) const NEXT: &str = "SELECT available_at FROM outbox AS head
    WHERE status IN ('pending', 'ambiguous')
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.lane = head.lane AND (other.seq < head.seq OR other.status = 'in_flight')
        AND other.status IN ('pending', 'in_flight', 'ambiguous'))
    ORDER BY available_at LIMIT 1";
pub(crate) const MARK_IN_FLIGHT: &str = "UPDATE outbox
    SET status = 'in_flight', owner = ?2, attempts = attempts + 1 WHERE key = ?1";
pub(crate) const SUPERSEDED: &str = "DELETE FROM outbox
    WHERE key = ?1 AND status IN ('pending', 'in_flight', 'ambiguous') AND target IN (
        SELECT target FROM outbox WHERE status = 'pending' AND key <> ?1 AND target = (
            SELECT target FROM outbox WHERE key = ?1))";
pub(crate) const POSTPONE: &str = "UPDATE outbox
    SET status = ?2, available_at = ?3, error = ?4, owner = NULL
    WHERE key = ?1 AND status IN ('pending', 'in_flight', 'ambiguous')";
pub(crate) const RECLAIM: &str = "UPDATE outbox SET status = 'ambiguous', owner = NULL
    WHERE status = 'in_flight' AND owner <> ?1";

/// Takes due heads of lanes, oldest first; answers them as they were before.
pub(super) fn claim(
    connection: &Connection,
    owner: &InstanceId,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<OutboxRow>, Failure> {
    let ready = rows(connection, READY, params![now.0, row_limit(limit)], outbox_row)?;
    for row in &ready {
        change(
            connection,
            MARK_IN_FLIGHT,
            [row.effect.key.as_str(), owner.as_str()],
        )?;
    }
    Ok(ready)
}

/// Puts a row back. One that did not arrive and has a newer one of its target behind it is dropped: only the newest state matters.
pub(super) fn postpone(
    connection: &Connection,
    key: &EffectKey,
    at: Timestamp,
    error: &str,
    ambiguous: bool,
) -> Result<(), Failure> {
    if !ambiguous && change(connection, SUPERSEDED, [key.as_str()])? > 0 {
        return Ok(());
    }
    let status = if ambiguous { "ambiguous" } else { "pending" };
    change(connection, POSTPONE, params![key.as_str(), status, at.0, error])?;
    Ok(())
}

/// What others left in flight may have arrived.
pub(super) fn reclaim(connection: &Connection, owner: &InstanceId) -> Result<usize, Failure> {
    Ok(change(connection, RECLAIM, [owner.as_str()])?)
}

/// When the next head of a lane becomes due.
pub(super) fn next(connection: &Connection) -> Result<Option<Timestamp>, Failure> {
    Ok(first(connection, NEXT, [], |row| row.get(0).map(Timestamp))?)
}
