//! The two outputs of a run as one text for people.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

const SEPARATOR: &str = "--- stderr ---\n";

/// The end of stdout and then of stderr, with a line between them when both have something; together at most
/// `max_bytes`. No control characters. stderr gets half of the room, or what stdout leaves.
pub(crate) fn tail(run_dir: &Path, max_bytes: usize) -> io::Result<String> {
    let (stdout, stderr) = (process::stdout_log(run_dir), process::stderr_log(run_dir));
    let (out_length, err_length) = (length(&stdout)?, length(&stderr)?);
    if out_length == 0 || err_length == 0 {
        let only = if out_length == 0 { &stderr } else { &stdout };
        return Ok(last_bytes(read(only, max_bytes)?, max_bytes));
    }
    let room = max_bytes.saturating_sub(SEPARATOR.len() + 1);
    let err_room = err_length.min((room / 2).max(room.saturating_sub(out_length)));
    let mut text = read(&stdout, room - err_room)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(SEPARATOR);
    text.push_str(&read(&stderr, err_room)?);
    Ok(last_bytes(text, max_bytes))
}

/// The same, without what is left of a line whose beginning is cut off, unless there is no other line.
pub(crate) fn last_lines(run_dir: &Path, max_bytes: usize) -> io::Result<String> {
    let text = tail(run_dir, max_bytes)?;
    let written =
        length(&process::stdout_log(run_dir))?.saturating_add(length(&process::stderr_log(run_dir))?);
    let is_cut = written.saturating_add(SEPARATOR.len()) > max_bytes;
    match text.split_once('\n') {
        Some((_, rest)) if is_cut && !rest.is_empty() => Ok(rest.to_owned()),
        Some(_) | None => Ok(text),
    }
}

/// A file that is not there is empty: the runner makes both when it starts the program.
fn length(path: &Path) -> io::Result<usize> {
    match fs::metadata(path) {
        Ok(meta) => Ok(usize::try_from(meta.len()).unwrap_or(usize::MAX)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn read(path: &Path, max_bytes: usize) -> io::Result<String> {
    match process::tail(path, max_bytes as u64) {
        Ok(text) => Ok(plain_text::without_control(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// Bytes that are no text take more room as text than they took in the file.
fn last_bytes(text: String, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text;
    }
    let cut = text.ceil_char_boundary(text.len() - max_bytes);
    text.get(cut..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stdout: &[u8], stderr: &[u8], max_bytes: usize, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(process::stdout_log(folder.path()), stdout).unwrap();
        fs::write(process::stderr_log(folder.path()), stderr).unwrap();
        assert_eq!(tail(folder.path(), max_bytes).unwrap(), expected);
    }

    #[test]
    fn one_output_has_all_the_room() {
        check(b"", b"", 100, "");
        check(b"abc\n", b"", 100, "abc\n");
        check(b"", b"abc\n", 100, "abc\n");
        check(b"abcdef", b"", 3, "def");
        check("жук".as_bytes(), b"", 3, "к");
    }

    #[test]
    fn two_outputs_share_it() {
        check(b"out\n", b"err\n", 100, "out\n--- stderr ---\nerr\n");
        check(b"out", b"err", 100, "out\n--- stderr ---\nerr");
        // 16 bytes are for the line between them.
        check(b"0123456789", b"abcdefghij", 24, "6789\n--- stderr ---\nghij");
        check(b"01", b"abcdefghij", 24, "01\n--- stderr ---\nefghij");
        check(b"0123456789", b"ab", 24, "456789\n--- stderr ---\nab");
    }

    #[test]
    fn what_a_terminal_would_obey_is_taken_out_and_the_limit_holds_for_what_is_no_text() {
        check(b"\x1b[31mred\x1b[0m\x07\r\n", b"", 100, "red\n");
        check(&[0xff; 10], b"", 10, "\u{fffd}\u{fffd}\u{fffd}");
    }

    #[test]
    fn last_lines_are_whole_when_there_is_more_than_one() {
        let folder = tempfile::tempdir().unwrap();
        let lines = |text: &str, max_bytes| {
            fs::write(process::stdout_log(folder.path()), text).unwrap();
            last_lines(folder.path(), max_bytes).unwrap()
        };
        assert_eq!(lines("one\ntwo\nthree\n", 100), "one\ntwo\nthree\n");
        assert_eq!(lines("one\ntwo\nthree\n", 8), "three\n");
        assert_eq!(lines("one long line\n", 5), "line\n");
        assert_eq!(lines("", 5), "");
    }
}
