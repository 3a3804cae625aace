//! Claims by lane, leases, and rows that come back unsent.

use pipeline_core::id::{EffectKey, InstanceId};
use pipeline_core::port::store::outbox::{Channel, EffectClaim, OutboxRow, Postponement};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::columns::{change, first, row_limit, rows};
use crate::failure::Failure;
use crate::outbox::row::outbox_row;

/// Heads of lanes of a channel: open, nothing open before them, nothing of the lane in flight. Due at `?3`.
pub(crate) const READY: &str = "SELECT * FROM outbox AS head INDEXED BY outbox_waiting
    WHERE project = ?1 AND system = ?2 AND status IN ('pending', 'ambiguous') AND available_at <= ?3
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.lane = head.lane AND (other.seq < head.seq OR other.status = 'in_flight')
        AND other.status IN ('pending', 'in_flight', 'ambiguous'))
    ORDER BY seq LIMIT ?4";
pub(crate) const NEXT: &str = "SELECT available_at FROM outbox AS head
    WHERE status IN ('pending', 'ambiguous')
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.lane = head.lane AND (other.seq < head.seq OR other.status = 'in_flight')
        AND other.status IN ('pending', 'in_flight', 'ambiguous'))
    ORDER BY available_at LIMIT 1";
pub(crate) const MARK_IN_FLIGHT: &str = "UPDATE outbox
    SET status = 'in_flight', owner = ?2, lease_until = ?3, fence = fence + 1, attempts = attempts + 1
    WHERE key = ?1 AND fence = ?4";
pub(crate) const RENEW: &str = "UPDATE outbox SET lease_until = ?4
    WHERE key = ?1 AND fence = ?2 AND owner = ?3 AND status = 'in_flight'";
pub(crate) const EXPIRE: &str = "UPDATE outbox SET status = 'ambiguous', owner = NULL, lease_until = NULL
    WHERE status = 'in_flight' AND lease_until <= ?1";
pub(crate) const SUPERSEDED: &str = "DELETE FROM outbox
    WHERE key = ?1 AND fence = ?2 AND status IN ('pending', 'in_flight', 'ambiguous') AND target IN (
        SELECT target FROM outbox WHERE status = 'pending' AND key <> ?1 AND target = (
            SELECT target FROM outbox WHERE key = ?1))";
pub(crate) const POSTPONE: &str = "UPDATE outbox
    SET status = ?3, available_at = ?4, error = ?5, owner = NULL, lease_until = NULL,
        attempts = max(0, attempts - ?6)
    WHERE key = ?1 AND fence = ?2 AND status IN ('pending', 'in_flight', 'ambiguous')";
pub(crate) const RECLAIM: &str = "UPDATE outbox SET status = 'ambiguous', owner = NULL, lease_until = NULL
    WHERE status = 'in_flight' AND owner <> ?1";

/// Takes due heads of lanes, oldest first; answers them as they were before, under their new fence.
pub(super) fn claim(connection: &Connection, claim: &EffectClaim) -> Result<Vec<OutboxRow>, Failure> {
    change(connection, EXPIRE, [claim.now.0])?;
    let mut claimed = Vec::new();
    for (Channel { project, system }, room) in &claim.rooms {
        let values = params![project.as_str(), system.as_str(), claim.now.0, row_limit(*room)];
        let ready = rows(connection, READY, values, outbox_row)?;
        for mut row in ready {
            let (key, owner) = (row.effect.key.as_str(), claim.owner.as_str());
            let values = params![key, owner, claim.lease_until.0, row.fence];
            // Not RETURNING: SQLite would build a table for the one number that is known already.
            if change(connection, MARK_IN_FLIGHT, values)? > 0 {
                row.fence += 1;
                claimed.push(row);
            }
        }
    }
    Ok(claimed)
}

/// Prolongs leases that still hold.
pub(super) fn renew(
    connection: &Connection,
    owner: &InstanceId,
    claims: &[(EffectKey, u32)],
    until: Timestamp,
) -> Result<(), Failure> {
    for (key, fence) in claims {
        change(
            connection,
            RENEW,
            params![key.as_str(), fence, owner.as_str(), until.0],
        )?;
    }
    Ok(())
}

/// Puts a row back. One that did not arrive and has a newer one of its target behind it is dropped: only the newest state matters.
pub(super) fn postpone(connection: &Connection, row: &Postponement) -> Result<(), Failure> {
    let (key, fence) = (row.key.as_str(), row.fence);
    if !row.ambiguous && change(connection, SUPERSEDED, params![key, fence])? > 0 {
        return Ok(());
    }
    let status = if row.ambiguous { "ambiguous" } else { "pending" };
    change(
        connection,
        POSTPONE,
        params![key, fence, status, row.at.0, row.error, !row.costs_a_try],
    )?;
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
