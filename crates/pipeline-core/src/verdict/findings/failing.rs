//! What a failure looks like in a test report: a row of a table, a line of a test runner's summary.

/// How lines begin with which test runners name a failure.
const STARTS: [&str; 9] = [
    "FAIL ",
    "FAILED ",
    "FAIL:",
    "FAILED:",
    "--- FAIL:",
    "NOT OK ",
    "✗",
    "❌",
    "×",
];

/// The line under a table's header.
pub(super) fn is_table_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|letter| "|-: ".contains(letter))
}

/// A row with a cell FAIL, FAILED, ✗ or ❌.
pub(super) fn is_failing_row(line: &str) -> bool {
    line.starts_with('|') && line.split('|').any(is_failing_cell)
}

fn is_failing_cell(cell: &str) -> bool {
    let bare = cell.trim_matches(|letter: char| letter.is_whitespace() || "*_`".contains(letter));
    if bare.starts_with(['✗', '❌']) {
        return true;
    }
    bare.eq_ignore_ascii_case("FAIL") || bare.eq_ignore_ascii_case("FAILED")
}

/// A failing line of a fenced summary.
pub(super) fn is_failing_line(line: &str) -> bool {
    STARTS.iter().any(|start| starts_with(line, start)) || ends_with(line, "... FAILED")
}

fn starts_with(line: &str, start: &str) -> bool {
    line.as_bytes()
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

fn ends_with(line: &str, end: &str) -> bool {
    let tail = line.len().saturating_sub(end.len());
    line.as_bytes()
        .get(tail..)
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
}
