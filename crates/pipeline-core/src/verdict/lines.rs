//! Lines of a report. LF, CRLF and a CR alone end a line alike: a reader that knew only LF would see a body with CR ends as one line and
//! miss its items. Each byte is looked at once.

/// A line and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Without its end.
    pub(crate) text: &'a str,
    /// Byte offset of its first byte.
    pub(crate) start: usize,
    /// Byte offset after its end, the start of the next line.
    pub(crate) next: usize,
}

/// The lines of a text; nothing after the last line end.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, end) = rest.split_at(length);
        let end_length = if end.starts_with("\r\n") {
            2
        } else {
            end.len().min(1)
        };
        let found = Line {
            text: line,
            start,
            next: start + length + end_length,
        };
        start = found.next;
        Some(found)
    })
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn every_line_end_counts() {
        let text = "a\nb\r\nc\rd\n\n\r\re";
        let found: Vec<&str> = lines(text).map(|line| line.text).collect();
        assert_eq!(found, ["a", "b", "c", "d", "", "", "", "e"]);
        assert_eq!(lines("").count(), 0);
        assert_eq!(lines("a\n").count(), 1);
    }

    #[test]
    fn offsets_cover_the_text_without_gaps() {
        let text = "é\r\nb\n\rc";
        let mut next = 0;
        for line in lines(text) {
            assert_eq!(line.start, next);
            assert!(text[line.start..line.next].starts_with(line.text));
            next = line.next;
        }
        assert_eq!(next, text.len());
    }
}
