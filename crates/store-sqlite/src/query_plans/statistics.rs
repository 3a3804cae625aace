//! How many rows a database of a million tasks holds: twenty projects, a thousand open tasks, all else is history.
//!
//! Nothing of that is built. The planner knows a table by `sqlite_stat1` alone, so rows in that table stand for a million tasks as well as the
//! tasks would, and a plan does not depend on anything else. The numbers are what `ANALYZE` would write.

use rusqlite::{Connection, params};
use testkit::query_plan::{IndexStatistics, Large};

/// What the planner knows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Statistics {
    /// Nothing: what orchd itself has, for it never runs `ANALYZE`.
    None,
    /// Somebody ran `ANALYZE` when there were a million tasks.
    Large,
}

/// By which plans are planned and judged.
pub(super) const LARGE: Large = Large {
    indexes: &[
        index("accounts", "accounts", &[10, 1]),
        index("admission", "admission", &[1]),
        index("cursors", "cursors", &[5, 1]),
        index("deliveries", "deliveries", &[5_000_000]),
        index("deliveries", "deliveries_by_key", &[5_000_000, 1_000_000, 1]),
        index("deliveries", "deliveries_waiting", &[100, 100]),
        index("event_log", "event_log", &[40_000_000]),
        index("event_log", "sqlite_autoindex_event_log_1", &[40_000_000, 40, 1]),
        index("holds", "holds", &[10_000]),
        index("holds", "holds_open", &[5, 1]),
        index("holds", "holds_standing", &[5, 2, 1]),
        index("identity", "identity", &[1]),
        index("items", "items", &[1_000_000, 50_000, 1]),
        index("job_counts", "job_counts", &[5, 1]),
        index("jobs", "jobs", &[20_000_000]),
        index("jobs", "jobs_available", &[500, 1]),
        index("jobs", "jobs_queued", &[500, 250, 13, 2, 1, 1]),
        index("jobs", "jobs_running", &[64, 32, 2]),
        index("jobs", "sqlite_autoindex_jobs_1", &[20_000_000, 20, 1]),
        index("orders", "orders", &[100_000]),
        index("orders", "orders_by_task", &[100_000, 2, 1]),
        index("orders", "orders_unanswered", &[5, 1]),
        index("outbox", "outbox", &[15_000_000]),
        index("outbox", "outbox_by_task", &[15_000_000, 15, 1]),
        index("outbox", "outbox_delivered", &[14_000_000, 1]),
        index("outbox", "outbox_delivered_alerts", &[100_000, 1]),
        index("outbox", "outbox_due", &[300, 1]),
        index("outbox", "outbox_generations", &[5_000_000, 3, 1]),
        index("outbox", "outbox_in_flight", &[32, 1]),
        index("outbox", "outbox_lanes", &[332, 2, 1]),
        index("outbox", "outbox_unfinished", &[500, 1]),
        index("outbox", "outbox_unsent", &[100, 1]),
        index("outbox", "outbox_waiting", &[300, 15, 5, 1]),
        index("outbox", "sqlite_autoindex_outbox_1", &[15_000_000, 1]),
        index("pipelines", "pipelines", &[50]),
        index("pipelines", "sqlite_autoindex_pipelines_1", &[50, 1]),
        index("project_versions", "project_versions", &[500]),
        index(
            "project_versions",
            "sqlite_autoindex_project_versions_1",
            &[500, 1],
        ),
        index("projects", "projects", &[20, 1]),
        index("retention", "retention", &[1]),
        index("runs", "runs", &[12_000_000]),
        index("runs", "runs_open", &[64, 1, 1, 1]),
        index("runs", "sqlite_autoindex_runs_1", &[12_000_000, 12, 1, 1]),
        index("sequences", "sequences", &[1, 1]),
        index("tasks", "tasks", &[1_000_000]),
        index("tasks", "tasks_by_branch", &[1_000_000, 50_000, 1]),
        index("tasks", "tasks_by_issue", &[1_000_000, 50_000, 1]),
        index("tasks", "tasks_by_work_item", &[1_000_000, 1]),
        index("tasks", "tasks_finished", &[999_000, 1]),
        index("tasks", "tasks_for_people", &[300, 15]),
        index("tasks", "tasks_open", &[1_000, 1]),
        index("timers", "timers", &[300, 1, 1]),
        index("timers", "timers_by_due", &[300, 1, 1, 1]),
        index("turns", "turns", &[20, 1]),
        index("turns", "turns_by_turn", &[20, 1]),
    ],
    passing: &["waiting", "heads", "bound", "running", "json_each"],
};

impl Statistics {
    pub(super) const ALL: [Self; 2] = [Self::None, Self::Large];

    /// Tells the planner of this connection.
    pub(super) fn write(self, connection: &Connection) {
        if matches!(self, Self::None) {
            return;
        }
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
}

const fn index(table: &'static str, index: &'static str, rows: &'static [u64]) -> IndexStatistics {
    IndexStatistics { table, index, rows }
}
