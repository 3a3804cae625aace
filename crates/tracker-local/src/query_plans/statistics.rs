//! How many rows a board of a million issues holds: twenty projects, a thousand open issues, all else is history.
//!
//! Nothing of that is built. The planner knows a table by `sqlite_stat1` alone, so rows in that table stand for a million issues as well as the
//! issues would. The numbers are what `ANALYZE` would write.

use rusqlite::{Connection, params};
use testkit::query_plan::{IndexStatistics, Large};

/// By which plans are planned and judged.
pub(super) const LARGE: Large = Large {
    indexes: &[
        index("activities", "activities", &[15_000_000]),
        index("activities", "activities_by_issue", &[15_000_000, 15]),
        index("changes", "changes", &[2_000_000]),
        index("comments", "comments", &[20_000_000]),
        index("comments", "comments_by_issue", &[20_000_000, 20]),
        index("comments", "sqlite_autoindex_comments_1", &[20_000_000, 1]),
        index("issues", "issues", &[1_000_000]),
        index("issues", "issues_open", &[1_000, 50, 1]),
        index("issues", "sqlite_autoindex_issues_1", &[1_000_000, 50_000, 1]),
        index("messages", "messages", &[1_500_000]),
        index(
            "messages",
            "sqlite_autoindex_messages_1",
            &[1_500_000, 75_000, 40_000, 1],
        ),
        index("projects", "projects", &[20, 1]),
        index("relations", "relations", &[200_000, 2, 1]),
        index("relations", "relations_by_blocker", &[200_000, 2, 1]),
    ],
    passing: &[],
};

/// Tells the planner of this connection.
pub(super) fn write_statistics(connection: &Connection) {
    // Makes the table.
    connection
        .execute_batch("ANALYZE; DELETE FROM sqlite_stat1")
        .unwrap();
    for known in LARGE.indexes {
        // Of rows that are no index themselves there is only a number.
        let index = (known.table != known.index || known.rows.len() > 1).then_some(known.index);
        connection
            .execute(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)",
                params![known.table, index, known.stat()],
            )
            .unwrap();
    }
    connection.execute_batch("ANALYZE sqlite_schema").unwrap();
}

const fn index(table: &'static str, index: &'static str, rows: &'static [u64]) -> IndexStatistics {
    IndexStatistics { table, index, rows }
}
