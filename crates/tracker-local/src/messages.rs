//! The table `messages`: the local chat.

use pipeline_core::id::{EffectKey, ProjectId, TaskId};
use pipeline_core::port::board::ChatMessage;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::plain_text::plain_text;

/// Writes the task's live message or edits it; the same text again leaves it as it is.
pub(crate) fn show(
    db: &Connection,
    project: &ProjectId,
    task: TaskId,
    text: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO messages (project, alert, key, text, at) VALUES (?1, 0, ?2, ?3, ?4)
         ON CONFLICT (project, alert, key) DO UPDATE SET text = excluded.text, at = excluded.at
         WHERE text <> excluded.text",
        params![project.as_str(), task.to_string(), text, now.0],
    )?;
    Ok(())
}

/// Writes an alert, once per key.
pub(crate) fn alert(
    db: &Connection,
    project: &ProjectId,
    key: &EffectKey,
    text: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO messages (project, alert, key, text, at) VALUES (?1, 1, ?2, ?3, ?4)
         ON CONFLICT (project, alert, key) DO NOTHING",
        params![project.as_str(), key.as_str(), text, now.0],
    )?;
    Ok(())
}

/// In the order in which they were first sent. Chat texts are HTML (as the great chats take them); people read plain text here.
pub(crate) fn of_project(db: &Connection, project: &ProjectId) -> rusqlite::Result<Vec<ChatMessage>> {
    db.prepare_cached("SELECT text, alert, at FROM messages WHERE project = ?1 ORDER BY id")?
        .query_map([project.as_str()], |row| {
            Ok(ChatMessage {
                text: plain_text(&row.get::<_, String>(0)?),
                alert: row.get(1)?,
                at: Timestamp(row.get(2)?),
            })
        })?
        .collect()
}
