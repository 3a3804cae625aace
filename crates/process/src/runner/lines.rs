//! Lines on their way to the log: counted, cut when they are too long, and listened to. A line costs memory only as
//! far as it may still be needed, whatever its length.

use memchr::memchr;

use crate::spec::{DoneLine, Saying};

/// A longer line says nothing; `agent-process` reads no longer record either.
const LONGEST_SAYING: usize = 256 << 10;

pub(super) struct Lines {
    cap: usize,
    listener: Option<DoneLine>,
    /// The line under way, as far as the listener may want it.
    line: Vec<u8>,
    /// Its length until now.
    length: usize,
    count: u64,
    cut: u64,
    heard: Heard,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Done,
    /// And other lines after it.
    DoneBefore,
}

impl Lines {
    /// At least one byte of a line is kept.
    pub(super) fn new(cap: u64, listener: Option<DoneLine>) -> Lines {
        Lines {
            cap: usize::try_from(cap).unwrap_or(usize::MAX).max(1),
            listener,
            line: Vec::new(),
            length: 0,
            count: 0,
            cut: 0,
            heard: Heard::Nothing,
        }
    }

    /// Adds to `out` what is to be kept of the next bytes.
    pub(super) fn pass(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let mut rest = chunk;
        while let Some(end) = memchr(b'\n', rest) {
            let (piece, after) = rest.split_at(end);
            self.piece(piece, out);
            self.end_line(out);
            out.push(b'\n');
            self.count += 1;
            rest = after.get(1..).unwrap_or_default();
        }
        self.piece(rest, out);
    }

    /// What is said of a last line that no line end follows.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.length > 0 {
            self.end_line(out);
        }
    }

    /// Whole lines until now.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Bytes cut off lines.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }

    /// Some line said that the work is done, and none took it back.
    pub(super) fn has_said_done(&self) -> bool {
        self.heard != Heard::Nothing || self.is_saying_done()
    }

    /// The same, and it was the last one.
    pub(super) fn ends_with_done(&self) -> bool {
        if self.length > 0 {
            self.is_saying_done()
        } else {
            self.heard == Heard::Done
        }
    }

    fn is_saying_done(&self) -> bool {
        self.length > 0 && self.saying() == Saying::Done
    }

    fn piece(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let room = self.cap.saturating_sub(self.length).min(piece.len());
        out.extend_from_slice(piece.get(..room).unwrap_or_default());
        self.length = self.length.saturating_add(piece.len());
        if self.listener.is_some() && self.length <= LONGEST_SAYING {
            self.line.extend_from_slice(piece);
        }
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        let saying = self.saying();
        match saying {
            Saying::Done => self.heard = Heard::Done,
            Saying::NotDone => self.heard = Heard::Nothing,
            Saying::Nothing if self.heard == Heard::Done && self.length > 0 => self.heard = Heard::DoneBefore,
            Saying::Nothing => {}
        }
        let over = self.length.saturating_sub(self.cap);
        if over > 0 && saying != Saying::Nothing {
            out.extend_from_slice(self.line.get(self.cap..).unwrap_or_default());
        } else if over > 0 {
            out.extend_from_slice(cut_mark(over).as_bytes());
            self.cut += over as u64;
        }
        self.line.clear();
        self.length = 0;
    }

    fn saying(&self) -> Saying {
        match &self.listener {
            Some(listener) if self.length <= LONGEST_SAYING => listener.read(&self.line),
            Some(_) | None => Saying::Nothing,
        }
    }
}

fn cut_mark(bytes: usize) -> String {
    format!(" [{bytes} more bytes of this line are not kept]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener() -> Option<DoneLine> {
        serde_json::from_str(r#"{"has":{"type":"result"},"lacks":{"is_error":true},"linger_ms":0}"#).unwrap()
    }

    /// The text after `lines`, given in pieces of every size.
    fn check(cap: u64, input: &str, expected: &str) {
        for size in [1, 2, 3, 7, 1_000_000] {
            let mut lines = Lines::new(cap, listener());
            let mut out = Vec::new();
            for piece in input.as_bytes().chunks(size) {
                lines.pass(piece, &mut out);
            }
            lines.finish(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "pieces of {size}");
            assert_eq!(lines.count(), input.matches('\n').count() as u64);
        }
    }

    #[test]
    fn a_line_over_the_cap_is_cut_with_a_mark_and_the_others_are_untouched() {
        check(5, "12345\n\nabc\n", "12345\n\nabc\n");
        check(
            5,
            "123456\nab\n",
            "12345 [1 more bytes of this line are not kept]\nab\n",
        );
        check(
            5,
            "ab\n1234567890",
            "ab\n12345 [5 more bytes of this line are not kept]",
        );
    }

    #[test]
    fn a_line_that_says_something_is_kept_whole() {
        let done = r#"{"type":"result","result":"a long story"}"#;
        check(5, &format!("{done}\n"), &format!("{done}\n"));
        check(5, done, done);
    }

    #[test]
    fn the_last_word_counts() {
        let said = |input: &str| {
            let mut lines = Lines::new(100, listener());
            lines.pass(input.as_bytes(), &mut Vec::new());
            (lines.has_said_done(), lines.ends_with_done())
        };
        assert_eq!(said("work\n"), (false, false));
        assert_eq!(said("{\"type\":\"result\"}\n"), (true, true));
        assert_eq!(said("{\"type\":\"result\"}"), (true, true), "no line end");
        assert_eq!(said("{\"type\":\"result\"}\n\n"), (true, true), "a blank line");
        assert_eq!(said("{\"type\":\"result\"}\nbye\n"), (true, false));
        assert_eq!(said("{\"type\":\"result\"}\nby"), (true, false));
        let taken_back = "{\"type\":\"result\"}\n{\"type\":\"result\",\"is_error\":true}\n";
        assert_eq!(said(taken_back), (false, false));
    }

    #[test]
    fn a_line_without_end_costs_no_more_than_the_longest_saying() {
        let mut lines = Lines::new(64 << 10, listener());
        let (chunk, mut out) = (vec![b'{'; 64 << 10], Vec::new());
        for _ in 0..1_000 {
            lines.pass(&chunk, &mut out);
        }
        assert!(lines.line.len() <= LONGEST_SAYING && out.len() == 64 << 10);
        lines.finish(&mut out);
        assert_eq!(lines.cut(), 999 * (64 << 10));
    }
}
