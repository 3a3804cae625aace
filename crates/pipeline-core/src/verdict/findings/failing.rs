//! What a failure looks like in a test report: a row of a table, a line of a test runner's summary. Counts (`| Failed | 0 |`, `Failed: 2`) and
//! words of a log (`Failed to connect`) name no failure.

/// Signs of a failure, in the forms that test runners print.
const CROSSES: [char; 5] = ['✗', '❌', '✘', '✖', '✕'];

/// The line under a table's header.
pub(super) fn is_table_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|letter| "|-: ".contains(letter))
}

/// A row with a cell FAIL, FAILED, ✗ or ❌, or with one that begins so (`FAILED: timeout`).
pub(super) fn is_failing_row(line: &str) -> bool {
    if !line.starts_with('|') {
        return false;
    }
    let cells = cells(line);
    let is_count = |cells: &[&str]| match cells {
        [_, figures @ ..] => !figures.is_empty() && figures.iter().all(|cell| is_figure(cell)),
        [] => false,
    };
    match cells.iter().position(|cell| is_failing_cell(cell)) {
        Some(0) => !is_count(&cells),
        Some(_) => true,
        None => false,
    }
}

/// The cells between the pipes; `\|` is a letter of a cell.
fn cells(line: &str) -> Vec<&str> {
    let mut is_escaped = false;
    line.trim_matches('|')
        .split(|letter| {
            let parts = letter == '|' && !is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
            parts
        })
        .map(|cell| cell.trim_matches(|letter: char| letter.is_whitespace() || "*_`".contains(letter)))
        .collect()
}

fn is_failing_cell(cell: &str) -> bool {
    match cell.strip_prefix(CROSSES) {
        Some(rest) => !is_figure(rest),
        None => ["FAILED", "FAIL"].into_iter().any(|word| {
            starts_with(cell, word).is_some_and(|rest| {
                let rest = rest.trim_start_matches(['*', '_', '`', ' ', '\u{fe0f}']);
                rest.is_empty() || rest.starts_with(is_mark) && !is_figure(rest)
            })
        }),
    }
}

fn is_mark(letter: char) -> bool {
    ":;,.!(—–-".contains(letter) || CROSSES.contains(&letter)
}

/// A number and no words.
fn is_figure(cell: &str) -> bool {
    cell.contains(|letter: char| letter.is_numeric()) && !cell.contains(char::is_alphabetic)
}

/// A failing line of a fenced summary: of cargo, pytest, unittest, go, jest and its kin, TAP, gradle, dotnet.
pub(super) fn is_failing_line(line: &str) -> bool {
    line.starts_with(CROSSES)
        || line.starts_with("× ")
        || line.starts_with("● ") && line.contains(" › ")
        || line.starts_with("--- FAIL:")
        || line.starts_with("Failed ") && line.ends_with("s]")
        || is_not_ok(line)
        || ["FAILED", "FAIL"].into_iter().any(|word| is_named(line, word))
        || is_told_behind(line)
}

fn is_not_ok(line: &str) -> bool {
    let is_expected = |rest: &str| rest.contains("# TODO") || rest.contains("# SKIP");
    starts_with(line, "NOT OK ").is_some_and(|rest| !is_expected(rest))
}

/// `FAIL src/a.test.ts`, `FAIL: a`, `FAILED tests/a.py::b`; neither `FAILED: 2` nor `FAILED (failures=1)`.
fn is_named(line: &str, word: &str) -> bool {
    let Some(rest) = line.strip_prefix(word) else {
        return false;
    };
    let is_parted = rest.starts_with([' ', '\t', ':']);
    let name = rest.trim_start_matches([' ', '\t', ':']);
    let is_name = !name.is_empty() && !name.starts_with('=') && !is_figure(name);
    is_parted && is_name && !(name.starts_with('(') && name.contains('='))
}

/// `test a ... FAILED`, `a (b) ... ERROR`, `tests/a.py::b FAILED [ 50%]`, `ERROR tests/a.py`, `A > b() FAILED`.
fn is_told_behind(line: &str) -> bool {
    let is_pytest = line.contains("::") && (line.contains(" FAILED") || line.contains(" ERROR"));
    let is_collection = line.strip_prefix("ERROR ").is_some_and(|rest| {
        let name = rest.split_whitespace().next().unwrap_or_default();
        name.ends_with(".py") || name.contains("::")
    });
    let is_unittest = line.starts_with("ERROR: test") && line.ends_with(')');
    let is_last = ["... FAILED", "... FAIL", "... ERROR"]
        .iter()
        .any(|end| line.ends_with(end));
    is_pytest || is_collection || is_unittest || is_last || line.contains(" > ") && line.ends_with(" FAILED")
}

/// One failure told twice: pytest names it with and without its message.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let name = |line: &'_ str| line.split_once(" - ").map_or(line.len(), |(name, _)| name.len());
    let (one_name, other_name) = (one.split_at(name(one)).0, other.split_at(name(other)).0);
    one == other || one_name == other_name && one_name.contains("::")
}

/// The rest behind these ASCII letters, whose case does not matter.
fn starts_with<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}
