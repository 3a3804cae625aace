//! The table `comments`: ours as HTML with a key, people's as plain text.

use pipeline_core::id::CommentId;
use pipeline_core::observation::ItemComment;
use pipeline_core::port::tracker::NewComment;
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::plain_text::plain_text;

/// What came of writing a comment of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Written,
    /// There is a comment with this key.
    Before,
}

/// Writes a comment of ours, once per key.
pub(crate) fn insert_ours(
    db: &Connection,
    row: i64,
    comment: &NewComment,
    now: Timestamp,
) -> rusqlite::Result<Written> {
    let rows = db.execute(
        "INSERT INTO comments (issue, author, own, external_key, html, at) VALUES (?1, ?2, 1, ?3, ?4, ?5)
         ON CONFLICT (external_key) DO NOTHING",
        params![
            row,
            comment.author.as_str(),
            comment.key.as_str(),
            comment.html,
            now.0
        ],
    )?;
    Ok(if rows == 0 {
        Written::Before
    } else {
        Written::Written
    })
}

/// Writes a person's comment.
pub(crate) fn insert_theirs(
    db: &Connection,
    row: i64,
    text: &str,
    by: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO comments (issue, author, own, text, at) VALUES (?1, ?2, 0, ?3, ?4)",
        params![row, by, text, now.0],
    )?;
    Ok(())
}

/// Oldest first, as plain text.
pub(crate) fn of_issue(db: &Connection, row: i64) -> rusqlite::Result<Vec<ItemComment>> {
    db.prepare_cached("SELECT id, at, author, own, html, text FROM comments WHERE issue = ?1 ORDER BY id")?
        .query_map([row], |row| {
            Ok(ItemComment {
                id: CommentId::new(row.get::<_, i64>(0)?.to_string()),
                at: Timestamp(row.get(1)?),
                author: row.get(2)?,
                own: row.get(3)?,
                text: text_of(row)?,
            })
        })?
        .collect()
}

fn text_of(row: &Row<'_>) -> rusqlite::Result<String> {
    let html: Option<String> = row.get(4)?;
    match html {
        Some(html) => Ok(plain_text(&html)),
        None => row.get(5),
    }
}
