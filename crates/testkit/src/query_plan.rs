//! What a step of a query plan costs in a large database, read from its text (`EXPLAIN QUERY PLAN`). Must not know whose plan it is.
//!
//! A step that finds rows by some columns of an index is as dear as rows have the same values there: `SEARCH` alone proves nothing.

pub mod guard;

/// More rows than this are not touched by one step of a statement that runs often.
pub const FEW: u64 = 1_000;

/// What `sqlite_stat1` holds of an index of a large database.
#[derive(Debug, Clone, Copy)]
pub struct IndexStatistics {
    /// Its table.
    pub table: &'static str,
    /// Its name; that of the table when the rows themselves are the index.
    pub index: &'static str,
    /// How many rows it holds; then how many of them share a value of its first column, of its first two, and so on.
    pub rows: &'static [u64],
}

impl IndexStatistics {
    /// The column `stat` of `sqlite_stat1`.
    #[must_use]
    pub fn stat(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        rows.join(" ")
    }
}

/// What a plan is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Large {
    /// Every index of the database.
    pub indexes: &'static [IndexStatistics],
    /// What is passed over and is no table: results of the statement itself.
    pub passing: &'static [&'static str],
}

/// What is wrong with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// It passes over a whole table, over an index that holds more than [`FEW`] rows, or builds an index of its own.
    PassesOverAll,
    /// It finds more than [`FEW`] rows.
    FindsTooMany(u64),
    /// It sorts what was found.
    Sorts,
    /// Nobody knows what it costs: a new kind of step, or an index without statistics.
    Unknown,
}

/// What is wrong with a step of a statement that runs often; none when it touches few rows.
#[must_use]
pub fn complaint(step: &str, large: &Large) -> Option<Complaint> {
    const NEUTRAL: [&str; 13] = [
        "CO-ROUTINE ",
        "MATERIALIZE ",
        "SETUP",
        "RECURSIVE STEP",
        "COMPOUND QUERY",
        "LEFT-MOST SUBQUERY",
        "UNION ",
        "SCALAR SUBQUERY ",
        "CORRELATED SCALAR SUBQUERY ",
        "LIST SUBQUERY ",
        "CORRELATED LIST SUBQUERY ",
        "MULTI-INDEX OR",
        // Of the rows of a subquery; that of a table (`BLOOM FILTER ON`) passes over it.
        "CREATE BLOOM FILTER",
    ];
    if let Some(scanned) = step.strip_prefix("SCAN ") {
        return scan(scanned, large);
    }
    if let Some(found) = step.strip_prefix("SEARCH ") {
        return search(found, large);
    }
    if step.starts_with("BLOOM FILTER ON ") {
        return Some(Complaint::PassesOverAll);
    }
    if step.starts_with("USE TEMP B-TREE") {
        return Some(Complaint::Sorts);
    }
    let is_neutral = NEUTRAL.iter().any(|neutral| step.starts_with(neutral));
    (!is_neutral).then_some(Complaint::Unknown)
}

fn scan(scanned: &str, large: &Large) -> Option<Complaint> {
    let name = scanned.split(' ').next().unwrap_or_default();
    if scanned == "CONSTANT ROW" || large.passing.contains(&name) {
        return None;
    }
    // The rows themselves, or an index: whichever is small is no matter.
    let index = index_of(scanned).unwrap_or(name);
    match large.rows(index, 0) {
        Some(rows) if rows <= FEW => None,
        Some(_) | None => Some(Complaint::PassesOverAll),
    }
}

fn search(found: &str, large: &Large) -> Option<Complaint> {
    let name = found.split(' ').next().unwrap_or_default();
    let columns = found.split_once('(').map(|(_, columns)| columns);
    let Some(columns) = columns else {
        // The smallest or the greatest of a column: one row.
        return (found != name && index_of(found).is_none()).then_some(Complaint::Unknown);
    };
    if found.contains("AUTOMATIC") {
        return Some(Complaint::PassesOverAll);
    }
    let equal = columns.matches("=?").count();
    if found.contains("INTEGER PRIMARY KEY") && equal == 1 {
        return None;
    }
    match large.rows(index_of(found).unwrap_or(name), equal) {
        Some(rows) if rows <= FEW => None,
        Some(rows) => Some(Complaint::FindsTooMany(rows)),
        None => Some(Complaint::Unknown),
    }
}

fn index_of(step: &str) -> Option<&str> {
    let (_, behind) = step.split_once(" INDEX ")?;
    behind.split(' ').next()
}

impl Large {
    /// Rows that share the first `columns` values of an index, or the rows of a table.
    fn rows(&self, index: &str, columns: usize) -> Option<u64> {
        let known = self.indexes.iter().find(|known| known.index == index)?;
        known.rows.get(columns).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: Large = Large {
        indexes: &[
            IndexStatistics {
                table: "tasks",
                index: "tasks_by_issue",
                rows: &[1_000_000, 50_000, 1],
            },
            IndexStatistics {
                table: "tasks",
                index: "tasks_open",
                rows: &[200, 1],
            },
            IndexStatistics {
                table: "turns",
                index: "turns",
                rows: &[20, 1],
            },
        ],
        passing: &["waiting"],
    };

    #[test]
    fn a_step_is_judged_by_the_rows_that_it_touches() {
        use Complaint::{FindsTooMany, PassesOverAll, Sorts, Unknown};
        for (step, expected) in [
            ("SCAN tasks", Some(PassesOverAll)),
            (
                "SCAN tasks USING COVERING INDEX tasks_by_issue",
                Some(PassesOverAll),
            ),
            ("SCAN tasks USING INDEX tasks_open", None),
            ("SCAN turns", None),
            ("SCAN waiting", None),
            ("SCAN CONSTANT ROW", None),
            ("SEARCH tasks", None),
            ("SEARCH turns USING COVERING INDEX tasks_open", None),
            ("SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)", None),
            ("SEARCH tasks USING INTEGER PRIMARY KEY (rowid>?)", Some(Unknown)),
            (
                "SEARCH tasks USING INDEX tasks_by_issue (project=? AND issue=?)",
                None,
            ),
            (
                "SEARCH tasks USING INDEX tasks_by_issue (project=? AND issue>?)",
                Some(FindsTooMany(50_000)),
            ),
            ("SEARCH turns USING PRIMARY KEY (project=?)", None),
            ("SEARCH tasks USING INDEX tasks_by_star (star=?)", Some(Unknown)),
            (
                "SEARCH tasks USING AUTOMATIC COVERING INDEX (project=?)",
                Some(PassesOverAll),
            ),
            ("USE TEMP B-TREE FOR ORDER BY", Some(Sorts)),
            ("LIST SUBQUERY 1", None),
            ("CREATE BLOOM FILTER", None),
            ("BLOOM FILTER ON tasks (id=?)", Some(PassesOverAll)),
            ("TELEPORT tasks", Some(Unknown)),
        ] {
            assert_eq!(complaint(step, &LARGE), expected, "{step}");
        }
    }
}
