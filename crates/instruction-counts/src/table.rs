//! What is expected of each case, as a text that is kept with the sources, and how it differs from what was counted.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::profile::Count;

/// What each case takes, by name.
pub type Counts = BTreeMap<String, Count>;

/// Percent by which a count may differ from what is expected, up or down.
///
/// The same sources give the same counts. A change elsewhere may move what the compiler inlines by a few instructions in a thousand, and that is
/// no news; what somebody would call a regression, or an improvement, is more.
pub const TOLERANCE: u64 = 2;

/// Instructions by which a count may always differ: of a function that takes a thousand, two percent are nothing.
pub const SLACK: u64 = 50;

const HEAD: &str = "# Instructions and allocations of one call, by case. Written by `just instructions --update`; see docs/PERFORMANCE.md.\n";

/// The table as text.
#[must_use]
pub fn text(counts: &Counts) -> String {
    let mut text = HEAD.to_owned();
    for (name, count) in counts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>9} {:>6}  {name}", count.instructions, count.allocations);
    }
    text
}

/// Reads the table.
///
/// # Errors
/// The line that is none.
pub fn read(text: &str) -> Result<Counts, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| row(line).ok_or_else(|| line.to_owned()))
        .collect()
}

/// A sentence per case that is not as expected; none when all are.
#[must_use]
pub fn differences(expected: &Counts, got: &Counts) -> Vec<String> {
    let mut found = Vec::new();
    for (name, count) in got {
        match expected.get(name) {
            None => found.push(format!("{name}: is new, counted are {}", sentence(count))),
            Some(known) => found.extend(differs(name, known, count)),
        }
    }
    let gone = expected.keys().filter(|name| !got.contains_key(*name));
    found.extend(gone.map(|name| format!("{name}: is not counted any more")));
    found
}

fn row(line: &str) -> Option<(String, Count)> {
    let (instructions, rest) = line.trim_start().split_once(' ')?;
    let (allocations, name) = rest.trim_start().split_once("  ")?;
    let count = Count {
        instructions: instructions.parse().ok()?,
        allocations: allocations.parse().ok()?,
    };
    Some((name.to_owned(), count))
}

fn differs(name: &str, expected: &Count, got: &Count) -> Option<String> {
    let mut parts = Vec::new();
    for (what, slack, expected, got) in [
        ("instructions", SLACK, expected.instructions, got.instructions),
        ("allocations", 0, expected.allocations, got.allocations),
    ] {
        if expected.abs_diff(got) > slack && is_off(expected, got) {
            let by = change(expected, got);
            parts.push(format!("expected {expected} {what}, got {got} ({by})"));
        }
    }
    (!parts.is_empty()).then(|| format!("{name}: {}", parts.join("; ")))
}

fn is_off(expected: u64, got: u64) -> bool {
    u128::from(expected.abs_diff(got)) * 100 > u128::from(expected) * u128::from(TOLERANCE)
}

fn change(expected: u64, got: u64) -> String {
    if expected == 0 {
        return "from none".to_owned();
    }
    let tenths = u128::from(expected.abs_diff(got)) * 1_000 / u128::from(expected);
    let sign = if got > expected { '+' } else { '-' };
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

fn sentence(count: &Count) -> String {
    format!(
        "{} instructions and {} allocations",
        count.instructions, count.allocations
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, u64, u64)]) -> Counts {
        let row = |&(name, instructions, allocations): &(&str, u64, u64)| {
            let count = Count {
                instructions,
                allocations,
            };
            (name.to_owned(), count)
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table = counts(&[("decide: review done", 12_345, 67), ("verdict: x.md", 9, 0)]);
        assert_eq!(read(&text(&table)), Ok(table));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for line in ["many 3  decide", "12 few  decide", "12 3"] {
            assert_eq!(read(line), Err(line.to_owned()));
        }
    }

    #[test]
    fn what_is_more_or_less_than_tolerated_is_told() {
        let expected = counts(&[("a", 10_000, 10)]);
        for (got, sentences) in [
            (("a", 10_000, 10), vec![]),
            (("a", 10_200, 10), vec![]),
            (("a", 9_800, 10), vec![]),
            (
                ("a", 10_210, 10),
                vec!["a: expected 10000 instructions, got 10210 (+2.1 %)"],
            ),
            (
                ("a", 500, 10),
                vec!["a: expected 10000 instructions, got 500 (-95.0 %)"],
            ),
            (
                ("a", 10_000, 11),
                vec!["a: expected 10 allocations, got 11 (+10.0 %)"],
            ),
            (
                ("a", 20_000, 0),
                vec![
                    "a: expected 10000 instructions, got 20000 (+100.0 %); expected 10 allocations, got 0 (-100.0 %)",
                ],
            ),
        ] {
            assert_eq!(differences(&expected, &counts(&[got])), sentences);
        }
    }

    #[test]
    fn a_few_instructions_of_a_short_function_are_no_news() {
        let expected = counts(&[("a", 1_000, 3)]);
        assert_eq!(differences(&expected, &counts(&[("a", 1_050, 3)])), [""; 0]);
        assert_eq!(differences(&expected, &counts(&[("a", 1_051, 3)])).len(), 1);
        assert_eq!(differences(&expected, &counts(&[("a", 1_000, 4)])).len(), 1);
    }

    #[test]
    fn a_case_that_is_new_or_gone_is_told() {
        let (expected, got) = (counts(&[("old", 5, 1)]), counts(&[("new", 7, 2)]));
        assert_eq!(
            differences(&expected, &got),
            [
                "new: is new, counted are 7 instructions and 2 allocations",
                "old: is not counted any more"
            ]
        );
    }
}
