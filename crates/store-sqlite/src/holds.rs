//! Holds of operators, and what the daemon says of its claims. Holds are read through the watch: another process writes them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use pipeline_core::admission::Admission;
use pipeline_core::hold::{Hold, HoldId, HoldKind, Lifting, NewHold};
use pipeline_core::id::ProjectId;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::admission::{AdmissionStore, HoldRow, ToldAdmission};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::columns::{Json, change, first, row_limit, rows, unsigned, worded};
use crate::failure::Failure;
use crate::writer::Written;

#[async_trait]
impl AdmissionStore for SqliteStore {
    async fn hold(&self, hold: NewHold) -> Result<Hold, StoreError> {
        self.writer
            .write(move |connection| place(connection, &hold).map(Written::Keep))
            .await
    }

    async fn lift(&self, hold: HoldId, lifting: Lifting) -> Result<bool, StoreError> {
        self.writer
            .write(move |connection| {
                let values = params![hold.0, lifting.by, lifting.reason, lifting.at.0];
                Ok(Written::Keep(change(connection, LIFT, values)? > 0))
            })
            .await
    }

    async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.watch.holds().await
    }

    async fn past_holds(&self, limit: usize) -> Result<Vec<HoldRow>, StoreError> {
        self.readers
            .read(move |connection| Ok(rows(connection, PAST, [row_limit(limit)], hold_row)?))
            .await
    }

    async fn tell_admission(&self, admission: &Admission, at: Timestamp) -> Result<(), StoreError> {
        let admission = admission.clone();
        self.writer
            .write(move |connection| {
                change(connection, TELL, params![at.0, Json(&admission)])?;
                Ok(Written::Keep(()))
            })
            .await
    }

    async fn admission(&self) -> Result<Option<ToldAdmission>, StoreError> {
        self.readers
            .read(|connection| Ok(first(connection, TOLD, [], told)?))
            .await
    }

    async fn waiting_for_people(&self) -> Result<BTreeMap<ProjectId, usize>, StoreError> {
        let counted = self
            .readers
            .read(|connection| Ok(rows(connection, WAITING, [], waiting)?))
            .await?;
        Ok(counted.into_iter().collect())
    }
}

pub(crate) const STANDING: &str =
    "SELECT * FROM holds INDEXED BY holds_open WHERE lifted_at IS NULL ORDER BY id";
pub(crate) const LIFT: &str = "UPDATE holds SET lifted_by = ?2, lift_reason = ?3, lifted_at = ?4
    WHERE id = ?1 AND lifted_at IS NULL";
pub(crate) const PAST: &str = "SELECT * FROM holds ORDER BY id DESC LIMIT ?1";
pub(crate) const WAITING: &str = "SELECT project, count(*) AS tasks FROM tasks INDEXED BY tasks_for_people
    WHERE state IN ('waiting-human', 'waiting-answers', 'blocked') GROUP BY project";
const REPLACE: &str = "UPDATE holds SET lifted_by = ?3, lift_reason = 'placed again', lifted_at = ?4
    WHERE coalesce(project, '') = coalesce(?1, '') AND kind = ?2 AND lifted_at IS NULL";
const PLACE: &str =
    "INSERT INTO holds (project, kind, by, reason, at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING *";
const TELL: &str = "INSERT INTO admission (one, at, body) VALUES (1, ?1, ?2)
    ON CONFLICT (one) DO UPDATE SET at = excluded.at, body = excluded.body";
const TOLD: &str = "SELECT at, body FROM admission WHERE one = 1";

/// Holds that stand, oldest first.
pub(crate) fn standing(connection: &Connection) -> rusqlite::Result<Vec<Hold>> {
    rows(connection, STANDING, [], hold)
}

fn place(connection: &Connection, said: &NewHold) -> Result<Hold, Failure> {
    let (project, kind) = (said.project.as_ref().map(ProjectId::as_str), said.kind.as_str());
    change(connection, REPLACE, params![project, kind, said.by, said.at.0])?;
    let values = params![project, kind, said.by, said.reason, said.at.0];
    first(connection, PLACE, values, hold)?
        .ok_or_else(|| Failure::Refused("a hold was stored without an id".to_owned()))
}

fn hold(row: &Row<'_>) -> rusqlite::Result<Hold> {
    Ok(Hold {
        id: HoldId(row.get("id")?),
        said: NewHold {
            project: row.get::<_, Option<String>>("project")?.map(ProjectId::new),
            kind: worded(row, "kind", &HoldKind::ALL, HoldKind::as_str)?,
            by: row.get("by")?,
            reason: row.get("reason")?,
            at: Timestamp(row.get("at")?),
        },
    })
}

fn hold_row(row: &Row<'_>) -> rusqlite::Result<HoldRow> {
    let lifted_by: Option<String> = row.get("lifted_by")?;
    let lifted = match lifted_by {
        None => None,
        Some(by) => Some(Lifting {
            by,
            reason: row.get("lift_reason")?,
            at: Timestamp(row.get("lifted_at")?),
        }),
    };
    Ok(HoldRow {
        hold: hold(row)?,
        lifted,
    })
}

fn told(row: &Row<'_>) -> rusqlite::Result<ToldAdmission> {
    let Json(admission) = row.get("body")?;
    Ok(ToldAdmission {
        at: Timestamp(row.get("at")?),
        admission,
    })
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<(ProjectId, usize)> {
    let tasks = usize::try_from(unsigned(row, "tasks")?).unwrap_or(usize::MAX);
    Ok((ProjectId::new(row.get::<_, String>("project")?), tasks))
}
