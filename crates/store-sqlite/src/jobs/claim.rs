//! Which job is next: gathering first and without limit; then agents and commands under the limits, from the project that has the
//! fewest of them running, then from the one whose last turn is longest ago; its earliest available first. Leases that ran out are not claimed: whether their run is alive is not known here.

use std::collections::BTreeMap;

use pipeline_core::port::store::jobs::{Claim, ClaimRequest, LeasedJob};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::Serialize;

use crate::columns::{change, first, row_limit, rows};
use crate::failure::Failure;
use crate::jobs::class;
use crate::jobs::row::leased_job;

/// Steps from project to project through the index, so that a long queue costs no more than a short one.
/// `?1` class, `?2` now, `?3` limits of projects as a JSON object; a project without one has none; `?4` projects whose new tasks do not begin,
/// as a JSON array: there the first job of a task is passed over until it was claimed once; `?5` jobs that run, by project, as a JSON object.
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
            coalesce((SELECT value FROM json_each(?5) AS running WHERE running.key = waiting.project), 0),
            coalesce((SELECT turn FROM turns WHERE turns.project = waiting.project), 0)
        FROM waiting WHERE waiting.project IS NOT NULL
    )
    SELECT jobs.seq FROM heads CROSS JOIN jobs ON jobs.seq = heads.seq
    WHERE NOT EXISTS (SELECT 1 FROM json_each(?3) AS bound WHERE bound.key = heads.project AND heads.busy >= bound.value)
    ORDER BY CASE ?1 WHEN 'gather' THEN 0 ELSE heads.busy END, CASE ?1 WHEN 'gather' THEN 0 ELSE heads.turn END,
        jobs.available_at, jobs.task, jobs.number LIMIT 1";
pub(crate) const RUNNING: &str =
    "SELECT project, count(*) AS jobs FROM jobs WHERE status = 'running' AND class = 'work' GROUP BY project";
pub(crate) const TAKE: &str = "UPDATE jobs
    SET status = 'running', fence = fence + 1, owner = ?2, lease_until = ?3, cancel_requested = 0
    WHERE seq = ?1 RETURNING *";
pub(crate) const TURN: &str =
    "INSERT INTO turns (project, turn) VALUES (?1, (SELECT coalesce(max(turn), 0) + 1 FROM turns))
    ON CONFLICT (project) DO UPDATE SET turn = excluded.turn";
pub(crate) const LATER: &str = "SELECT available_at FROM jobs INDEXED BY jobs_available
    WHERE status = 'queued' AND available_at > ?1 ORDER BY available_at LIMIT 1";

/// Takes the next jobs that may be taken.
pub(super) fn claim(connection: &Connection, request: &ClaimRequest) -> Result<Claim, Failure> {
    let mut turns = Turns::new(request)?;
    let mut taken = Vec::new();
    while taken.len() < request.at_most.max(1)
        && let Some(seq) = turns.next(connection)?
    {
        taken.push(turns.take(connection, seq)?);
    }
    if !taken.is_empty() {
        return Ok(Claim::Taken(taken));
    }
    let later = first(connection, LATER, [request.now.0], |row| row.get(0))?;
    Ok(Claim::Empty {
        next: later.map(Timestamp),
    })
}

/// One claim: what its transaction has looked up already is not asked for again by each of its jobs.
struct Turns<'a> {
    request: &'a ClaimRequest,
    limits: String,
    closed: String,
    /// Agents and commands that run, by project; none before somebody asked.
    running: Option<BTreeMap<String, i64>>,
}

impl<'a> Turns<'a> {
    fn new(request: &'a ClaimRequest) -> Result<Self, Failure> {
        Ok(Self {
            request,
            limits: json(&request.project_limits)?,
            closed: json(&request.no_new_tasks)?,
            running: None,
        })
    }

    fn next(&mut self, connection: &Connection) -> Result<Option<i64>, Failure> {
        let now = self.request.now.0;
        if self.running.is_none() {
            let gathering = params!["gather", now, "{}", "[]", "{}"];
            if let Some(seq) = first(connection, NEXT, gathering, |row| row.get(0))? {
                return Ok(Some(seq));
            }
            self.running = Some(rows(connection, RUNNING, [], counted)?.into_iter().collect());
        }
        let running = self.running.iter().flatten();
        if running.map(|(_, jobs)| jobs).sum::<i64>() >= row_limit(self.request.limit) {
            return Ok(None);
        }
        let busy = json(&self.running)?;
        let values = params!["work", now, self.limits, self.closed, busy];
        Ok(first(connection, NEXT, values, |row| row.get(0))?)
    }

    fn take(&mut self, connection: &Connection, seq: i64) -> Result<LeasedJob, Failure> {
        let values = params![seq, self.request.owner.as_str(), self.request.lease_until.0];
        let job = first(connection, TAKE, values, leased_job)?
            .ok_or_else(|| Failure::Refused(format!("the job of row {seq} vanished while it was claimed")))?;
        if class(&job.kind) == "work" {
            change(connection, TURN, [job.project.as_str()])?;
            let running = self.running.get_or_insert_default();
            *running.entry(job.project.to_string()).or_default() += 1;
        }
        Ok(job)
    }
}

fn counted(row: &Row<'_>) -> rusqlite::Result<(String, i64)> {
    Ok((row.get("project")?, row.get("jobs")?))
}

fn json(projects: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(projects)
        .map_err(|error| Failure::Refused(format!("projects of a claim cannot be written: {error}")))
}
