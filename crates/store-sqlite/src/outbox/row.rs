//! A row of the outbox as the port wants it.

use pipeline_core::effect::{Lane, Mode, Need, NewEffect};
use pipeline_core::id::{EffectKey, InstanceId, ProjectId, TaskId};
use pipeline_core::port::store::outbox::{EffectStatus, OutboxRow};
use pipeline_core::time::Timestamp;
use rusqlite::Row;

use crate::columns::{Json, worded};

const STATUSES: [EffectStatus; 6] = [
    EffectStatus::Pending,
    EffectStatus::InFlight,
    EffectStatus::Ambiguous,
    EffectStatus::Done,
    EffectStatus::Dead,
    EffectStatus::Dropped,
];

/// Reads the row as it stands.
pub(super) fn outbox_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        effect: effect(row)?,
        fence: row.get("fence")?,
        owner: row.get::<_, Option<String>>("owner")?.map(InstanceId::new),
        available_at: Timestamp(row.get("available_at")?),
        generation: row.get("generation")?,
        status: worded(row, "status", &STATUSES, EffectStatus::as_str)?,
        attempts: row.get("attempts")?,
        created_at: Timestamp(row.get("created_at")?),
        error: row.get("error")?,
    })
}

/// The word in the table.
pub(super) fn need_word(need: Need) -> &'static str {
    match need {
        Need::Required => "required",
        Need::Tell => "tell",
    }
}

fn effect(row: &Row<'_>) -> rusqlite::Result<NewEffect> {
    let target: Option<String> = row.get("target")?;
    let Json(kind) = row.get("kind")?;
    Ok(NewEffect {
        key: EffectKey::new(row.get::<_, String>("key")?),
        task: row.get::<_, Option<i64>>("task")?.map(TaskId),
        project: ProjectId::new(row.get::<_, String>("project")?),
        lane: Lane(row.get("lane")?),
        mode: target.map_or(Mode::Append, |target| Mode::Desired { target }),
        need: worded(row, "need", &[Need::Required, Need::Tell], need_word)?,
        kind,
    })
}
