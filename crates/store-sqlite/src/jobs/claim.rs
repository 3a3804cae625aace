//! Which job is next: gathering first and without limit; then agents and commands under the limits, from the project that has the
//! fewest of them running, then from the one whose last turn is longest ago; its earliest available first. Leases that ran out are not claimed: whether their run is alive is not known here.

use pipeline_core::port::store::jobs::{Claim, ClaimRequest};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::columns::{change, first, row_limit};
use crate::failure::Failure;
use crate::jobs::class;
use crate::jobs::row::leased_job;

/// Steps from project to project through the index, so that a long queue costs no more than a short one.
/// `?1` class, `?2` now, `?3` limits of projects as a JSON object; a project without one has none; `?4` projects whose new tasks do not begin,
/// as a JSON array: there the first job of a task is passed over until it was claimed once.
pub(crate) const NEXT: &str = "WITH RECURSIVE waiting (project) AS (
        SELECT min(project) FROM jobs WHERE status = 'queued' AND class = ?1
        UNION ALL
        SELECT (SELECT min(project) FROM jobs WHERE status = 'queued' AND class = ?1 AND project > waiting.project)
        FROM waiting WHERE waiting.project IS NOT NULL
    ),
    heads (seq, project, busy, turn) AS (
        SELECT
            (SELECT seq FROM jobs
                WHERE status = 'queued' AND class = ?1 AND project = waiting.project AND available_at <= ?2
                    AND (number > 1 OR fence > 0 OR waiting.project NOT IN (SELECT value FROM json_each(?4)))
                ORDER BY available_at, task, number LIMIT 1),
            waiting.project,
            (SELECT count(*) FROM jobs WHERE status = 'running' AND class = ?1 AND project = waiting.project),
            coalesce((SELECT turn FROM turns WHERE turns.project = waiting.project), 0)
        FROM waiting WHERE waiting.project IS NOT NULL
    )
    SELECT jobs.seq FROM heads CROSS JOIN jobs ON jobs.seq = heads.seq
    WHERE NOT EXISTS (SELECT 1 FROM json_each(?3) AS bound WHERE bound.key = heads.project AND heads.busy >= bound.value)
    ORDER BY CASE ?1 WHEN 'gather' THEN 0 ELSE heads.busy END, CASE ?1 WHEN 'gather' THEN 0 ELSE heads.turn END,
        jobs.available_at, jobs.task, jobs.number LIMIT 1";
pub(crate) const RUNNING: &str = "SELECT count(*) FROM jobs WHERE status = 'running' AND class = 'work'";
pub(crate) const TAKE: &str = "UPDATE jobs
    SET status = 'running', fence = fence + 1, owner = ?2, lease_until = ?3, cancel_requested = 0
    WHERE seq = ?1 RETURNING *";
pub(crate) const TURN: &str =
    "INSERT INTO turns (project, turn) VALUES (?1, (SELECT coalesce(max(turn), 0) + 1 FROM turns))
    ON CONFLICT (project) DO UPDATE SET turn = excluded.turn";
pub(crate) const LATER: &str = "SELECT available_at FROM jobs INDEXED BY jobs_available
    WHERE status = 'queued' AND available_at > ?1 ORDER BY available_at LIMIT 1";

/// Takes the next job, if one may be taken.
pub(super) fn claim(connection: &Connection, request: &ClaimRequest) -> Result<Claim, Failure> {
    let seq = match next(connection, ("gather", request), "{}", "[]")? {
        Some(seq) => Some(seq),
        None => next_limited(connection, request)?,
    };
    let Some(seq) = seq else {
        let later = first(connection, LATER, [request.now.0], |row| row.get(0))?;
        return Ok(Claim::Empty {
            next: later.map(Timestamp),
        });
    };
    let values = params![seq, request.owner.as_str(), request.lease_until.0];
    let taken = first(connection, TAKE, values, leased_job)?;
    if let Some(job) = taken.as_ref().filter(|job| class(&job.kind) == "work") {
        change(connection, TURN, [job.project.as_str()])?;
    }
    taken
        .map(|job| Claim::Taken(Box::new(job)))
        .ok_or_else(|| Failure::Refused(format!("the job of row {seq} vanished while it was claimed")))
}

fn next_limited(connection: &Connection, request: &ClaimRequest) -> Result<Option<i64>, Failure> {
    let running: Option<i64> = first(connection, RUNNING, [], |row| row.get(0))?;
    if running.unwrap_or(0) >= row_limit(request.limit) {
        return Ok(None);
    }
    let limits = json(&request.project_limits)?;
    let closed = json(&request.no_new_tasks)?;
    next(connection, ("work", request), &limits, &closed)
}

fn next(
    connection: &Connection,
    (class, request): (&str, &ClaimRequest),
    project_limits: &str,
    no_new_tasks: &str,
) -> Result<Option<i64>, Failure> {
    let values = params![class, request.now.0, project_limits, no_new_tasks];
    Ok(first(connection, NEXT, values, |row| row.get(0))?)
}

fn json(projects: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(projects)
        .map_err(|error| Failure::Refused(format!("projects of a claim cannot be written: {error}")))
}
