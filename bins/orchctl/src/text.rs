//! How values are written for people: one line, nothing that moves the cursor, plain columns.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use pipeline_core::progress::size_text;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::{Usage, cost_text, duration_text, tokens_text};

/// In letters.
const UNBROKEN: usize = 26;

/// In seconds.
const DAY: u64 = 86_400;

/// `1 task`, `3 tasks`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Text from outside in one line: white space becomes one space, and what would repaint the terminal is left out.
pub(crate) fn line(text: &str) -> String {
    plain_text::one_line(text)
}

/// The same, cut to so many characters.
pub(crate) fn short_line(text: &str, limit: usize) -> String {
    let line = line(text);
    if line.chars().count() <= limit {
        return line;
    }
    let mut cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `4m 12s ago`, `3 days ago`; `now` within the first second and when clocks disagree.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    seconds_ago(now.since(at).as_secs())
}

/// The same of a number of seconds.
pub(crate) fn seconds_ago(seconds: u64) -> String {
    match seconds {
        0 => "now".to_owned(),
        seconds if seconds < 2 * DAY => format!("{} ago", duration_text(seconds)),
        seconds => format!("{} days ago", seconds / DAY),
    }
}

/// `1.2k in, 300 out`.
pub(crate) fn tokens(usage: &Usage) -> String {
    format!(
        "{} in, {} out",
        tokens_text(usage.full_input()),
        tokens_text(usage.output_tokens)
    )
}

/// `$7.29`.
pub(crate) fn cost(usage: &Usage) -> String {
    cost_text(usage.cost_usd)
}

/// `4m 12s`, from milliseconds.
pub(crate) fn duration(milliseconds: u64) -> String {
    duration_text(milliseconds / 1_000)
}

/// `120 B`, `4.0 KiB`, `2.5 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    size_text(bytes)
}

/// What a narrow terminal does not break, with the padding beside it: names of gates, not digests and paths.
fn longest_word(cell: &str) -> u16 {
    let words = cell.split_whitespace().map(|word| word.chars().count());
    let longest = words.filter(|letters| *letters <= UNBROKEN).max();
    u16::try_from(longest.unwrap_or_default() + 2).unwrap_or(u16::MAX)
}

/// Columns under a header, as wide as their content, wrapped at a terminal's width. No table without rows.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    let mut words = header.map(longest_word);
    for row in rows {
        for (words, cell) in words.iter_mut().zip(&row) {
            *words = longest_word(cell).max(*words);
        }
        table.add_row(row);
    }
    for (column, word) in table.column_iter_mut().zip(words) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(word)));
    }
    // Every column is padded on both sides; the margins are not wanted.
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().strip_prefix(' ').unwrap_or_default().to_owned())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_on_its_line() {
        for (text, expected) in [
            ("plain Текст", "plain Текст"),
            (" two\r\nlines\t", "two lines"),
            ("\u{1b}[2Jgone\u{202E}", "gone"),
            ("", ""),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(short_line("abcdef", 4), "abc…");
        assert_eq!(short_line("abcd", 4), "abcd");
    }

    #[test]
    fn time_is_told_by_its_distance() {
        for (at, now, expected) in [
            (0, 252_000, "4m 12s ago"),
            (0, 999, "now"),
            (0, 172_799_000, "47h 59m ago"),
            (0, 172_800_000, "2 days ago"),
            (5_000, 0, "now"),
        ] {
            assert_eq!(ago(Timestamp(at), Timestamp(now)), expected);
        }
    }

    #[test]
    fn tables_have_no_margins() {
        let table = table(["ID", "TITLE"], [["7".to_owned(), "Add".to_owned()]]);
        assert_eq!(table, "ID  TITLE\n7   Add");
    }
}
