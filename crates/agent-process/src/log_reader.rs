//! A log of a run as text for people, from its beginning or its last lines, also while it grows. What a terminal would
//! obey is taken out line by line.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

/// Read at once, and the longest piece of a line that is waited for.
const CHUNK: u64 = 256 << 10;

/// Said when a log that is followed was shortened: the runner keeps the first half and the newest bytes.
const SHORTENED: &str = "\n[the log was shortened here: bytes in between are not shown]\n";

/// Which of the two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// `stdout.log`.
    Stdout,
    /// `stderr.log`.
    Stderr,
}

/// Reads an output of a run.
#[derive(Debug)]
pub struct LogReader {
    file: File,
    position: u64,
}

impl LogReader {
    /// From the beginning; `None` when the run has no such log (yet).
    pub fn open(run_dir: &Path, output: Output) -> io::Result<Option<Self>> {
        let path = match output {
            Output::Stdout => process::stdout_log(run_dir),
            Output::Stderr => process::stderr_log(run_dir),
        };
        match File::open(path) {
            Ok(file) => Ok(Some(Self { file, position: 0 })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes to the beginning of the last `lines` lines.
    pub fn skip_to_last(&mut self, lines: usize) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let (mut start, mut end, mut missing) = (length, length, lines);
        while end > 0 && missing > 0 {
            let from = end.saturating_sub(CHUNK);
            let bytes = self.bytes(from, end - from)?;
            for (index, byte) in bytes.iter().enumerate().rev() {
                let at = from + index as u64;
                // The end of the last line begins no other.
                if *byte == b'\n' && at + 1 < length {
                    missing -= 1;
                    if missing == 0 {
                        start = at + 1;
                        break;
                    }
                }
            }
            if missing > 0 {
                start = from;
            }
            end = from;
        }
        self.position = start;
        Ok(())
    }

    /// The next piece, whole lines as far as there are; `None`: there is no more (yet). `is_over`: nothing more will
    /// be written, so that a last line without an end is shown as well.
    pub fn next(&mut self, is_over: bool) -> io::Result<Option<String>> {
        let length = self.file.metadata()?.len();
        if length < self.position {
            self.position = length;
            return Ok(Some(SHORTENED.to_owned()));
        }
        let bytes = self.bytes(self.position, CHUNK)?;
        let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if is_over || bytes.len() as u64 == CHUNK => bytes.len(),
            None => 0,
        };
        // At the end the rest of a last line comes with the piece after this one.
        if whole == 0 {
            return Ok(None);
        }
        self.position += whole as u64;
        let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
        Ok(Some(plain_text::without_control(&text)))
    }

    fn bytes(&mut self, from: u64, most: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut self.file).take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    fn all(reader: &mut LogReader) -> String {
        std::iter::from_fn(|| reader.next(true).unwrap()).collect()
    }

    fn check(log: &str, lines: usize, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(process::stderr_log(folder.path()), log).unwrap();
        let mut reader = LogReader::open(folder.path(), Output::Stderr).unwrap().unwrap();
        reader.skip_to_last(lines).unwrap();
        assert_eq!(all(&mut reader), expected, "{log:?} {lines}");
    }

    #[test]
    fn the_last_lines_are_found() {
        check("one\ntwo\nthree\n", 2, "two\nthree\n");
        check("one\ntwo\nthree", 1, "three");
        check("one\ntwo\nthree\n", 3, "one\ntwo\nthree\n");
        check("one\ntwo\nthree\n", 9, "one\ntwo\nthree\n");
        check("one\n\n", 1, "\n");
        check("one\ntwo\n", 0, "");
        check("", 5, "");
        let long = format!("{}\n{}\nend\n", "a".repeat(400_000), "b".repeat(300_000));
        check(&long, 2, &format!("{}\nend\n", "b".repeat(300_000)));
    }

    #[test]
    fn a_log_is_harmless_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        assert!(LogReader::open(folder.path(), Output::Stdout).unwrap().is_none());
        let line = "\u{1b}[31mж\u{1b}[0m\r\n".repeat(50_000);
        fs::write(process::stdout_log(folder.path()), line).unwrap();
        let mut reader = LogReader::open(folder.path(), Output::Stdout).unwrap().unwrap();
        assert_eq!(all(&mut reader), "ж\n".repeat(50_000));
    }

    #[test]
    fn a_log_is_followed_by_whole_lines_and_through_a_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = process::stdout_log(folder.path());
        fs::write(&path, "one\ntw").unwrap();
        let mut reader = LogReader::open(folder.path(), Output::Stdout).unwrap().unwrap();
        assert_eq!(reader.next(false).unwrap().as_deref(), Some("one\n"));
        assert_eq!(reader.next(false).unwrap(), None);
        let mut log = fs::OpenOptions::new().append(true).open(&path).unwrap();
        log.write_all(b"o\nthree\nfour\n").unwrap();
        assert_eq!(reader.next(false).unwrap().as_deref(), Some("two\nthree\nfour\n"));
        log.set_len(4).unwrap();
        assert_eq!(reader.next(false).unwrap().as_deref(), Some(SHORTENED));
        log.write_all(b"end").unwrap();
        assert_eq!(reader.next(true).unwrap().as_deref(), Some("end"));
    }
}
