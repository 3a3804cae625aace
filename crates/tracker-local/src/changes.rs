//! The table `changes`: the feed. Every change of an issue is a row; a row says where to look, never what it was.

use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, params};

/// Why somebody should look at an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Moved,
    Commented,
    Related,
    Deleted,
}

/// A row of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    pub(crate) project: ProjectId,
    pub(crate) issue: IssueId,
}

impl Change {
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Moved => "moved",
            Self::Commented => "commented",
            Self::Related => "related",
            Self::Deleted => "deleted",
        }
    }

    /// Whether issues that wait for this one look different now.
    fn reaches_waiting_ones(self) -> bool {
        match self {
            Self::Moved | Self::Deleted => true,
            Self::Created | Self::Commented | Self::Related => false,
        }
    }
}

/// Writes the change to the feed, and to the feed of the issues that wait for this one.
pub(crate) fn insert(db: &Connection, row: i64, change: Change, now: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO changes (project, issue, kind, at) SELECT project, id, ?2, ?3 FROM issues WHERE id = ?1",
        params![row, change.as_str(), now.0],
    )?;
    if change.reaches_waiting_ones() {
        db.execute(
            "INSERT INTO changes (project, issue, kind, at)
             SELECT project, id, 'blocker', ?2 FROM relations JOIN issues ON issues.id = relations.issue
             WHERE blocked_by = ?1",
            params![row, now.0],
        )?;
    }
    Ok(())
}

/// Removes what was read, up to `read` and older than `before`, of the `limit` oldest entries. Answers how many.
pub(crate) fn forget(
    db: &Connection,
    (read, before): (i64, Timestamp),
    limit: u32,
) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM changes
         WHERE seq IN (SELECT seq FROM changes ORDER BY seq LIMIT ?3) AND seq <= ?1 AND at < ?2",
        params![read, before.0, limit],
    )
}

/// At most `limit` entries after `seq`, oldest first.
pub(crate) fn after(db: &Connection, seq: i64, limit: u32) -> rusqlite::Result<Vec<Entry>> {
    db.prepare_cached(
        "SELECT seq, changes.project, sequence FROM changes JOIN issues ON issues.id = changes.issue
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?
    .query_map(params![seq, limit], |row| {
        Ok(Entry {
            seq: row.get(0)?,
            project: ProjectId::new(row.get::<_, String>(1)?),
            issue: IssueId::new(row.get::<_, i64>(2)?.to_string()),
        })
    })?
    .collect()
}
