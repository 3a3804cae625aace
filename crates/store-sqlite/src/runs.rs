//! Runs: what came of each attempt at a job.

use pipeline_core::id::{JobId, RunId, TaskId};
use pipeline_core::role::Role;
use pipeline_core::run::RunRow;
use pipeline_core::stage::StageName;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, named_params};

use crate::columns::{Json, change, rows};
use crate::failure::Failure;

const WRITE: &str = "INSERT INTO runs
    (task, number, fence, stage, role, started_at, finished_at, outcome, record)
    VALUES (:task, :number, :fence, :stage, :role, :started_at, :finished_at, :outcome, :record)
    ON CONFLICT (task, number, fence) DO UPDATE SET
        stage = excluded.stage, role = excluded.role, started_at = excluded.started_at,
        finished_at = excluded.finished_at, outcome = excluded.outcome, record = excluded.record";
pub(crate) const OF_TASK: &str =
    "SELECT task, number, fence, stage, role, started_at, finished_at, outcome, record
    FROM runs WHERE task = ?1 ORDER BY started_at, number, fence";

/// Inserts the row or replaces it.
pub(crate) fn write(connection: &Connection, row: &RunRow) -> Result<(), Failure> {
    change(
        connection,
        WRITE,
        named_params! {
            ":task": row.run.job.task.0,
            ":number": row.run.job.number,
            ":fence": row.run.fence,
            ":stage": row.stage.as_str(),
            ":role": row.role.as_str(),
            ":started_at": row.started_at.0,
            ":finished_at": row.finished_at.map(|at| at.0),
            ":outcome": row.outcome,
            ":record": Json(&row.record),
        },
    )?;
    Ok(())
}

/// The runs of a task, oldest first.
pub(crate) fn of_task(connection: &Connection, task: TaskId) -> Result<Vec<RunRow>, Failure> {
    Ok(rows(connection, OF_TASK, [task.0], run)?)
}

pub(crate) fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let Json(record) = row.get("record")?;
    let job = JobId {
        task: TaskId(row.get("task")?),
        number: row.get("number")?,
    };
    Ok(RunRow {
        run: RunId {
            job,
            fence: row.get("fence")?,
        },
        stage: StageName::new(row.get::<_, String>("stage")?),
        role: Role::new(row.get::<_, String>("role")?),
        started_at: Timestamp(row.get("started_at")?),
        finished_at: row.get::<_, Option<i64>>("finished_at")?.map(Timestamp),
        outcome: row.get("outcome")?,
        record,
    })
}
