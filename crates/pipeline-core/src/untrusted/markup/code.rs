//! Code in Markdown: what stands in backticks on one line, and fenced blocks. Within a block that begins with a tag there is none.

/// What a place in the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Code of so many bytes; shown as it is written.
    Code(usize),
    /// The beginning of a line.
    LineStart,
    /// Somewhere in a line.
    InLine,
}

#[derive(Default)]
pub(super) struct Code {
    in_html: bool,
}

impl Code {
    pub(super) fn place(&mut self, rest: &str, at_line_start: bool) -> Place {
        if at_line_start {
            self.begin_line(rest);
            if let Some(length) = fence(rest).filter(|_| !self.in_html) {
                return Place::Code(length);
            }
        }
        let length = if self.in_html { None } else { span(rest) };
        match length {
            Some(length) => Place::Code(length),
            None if at_line_start => Place::LineStart,
            None => Place::InLine,
        }
    }

    fn begin_line(&mut self, rest: &str) {
        let line = rest.lines().next().unwrap_or_default();
        let text = line.trim_start_matches(|letter: char| {
            letter.is_whitespace() || letter.is_ascii_digit() || ">*+-.)".contains(letter)
        });
        if line.trim().is_empty() {
            self.in_html = false;
        } else if text.starts_with('<') {
            self.in_html = true;
        }
    }
}

/// A fenced block that begins on this line, with its end, or up to the end of the text.
fn fence(rest: &str) -> Option<usize> {
    let mut lines = rest.split_inclusive('\n');
    let first = lines.next()?;
    let (mark, width) = fence_mark(first)?;
    let info = first.trim_start().trim_start_matches(mark);
    if mark == '`' && info.contains('`') {
        return None;
    }
    let mut length = first.len();
    for line in lines {
        length += line.len();
        let closing = fence_mark(line).filter(|(other, wide)| *other == mark && *wide >= width);
        if closing.is_some() && line.trim().trim_start_matches(mark).is_empty() {
            break;
        }
    }
    Some(length)
}

/// Three or more of a mark, indented by no more than three spaces.
fn fence_mark(line: &str) -> Option<(char, usize)> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|mark| "`~".contains(*mark))?;
    let width = text.len() - text.trim_start_matches(mark).len();
    (width >= 3 && line.len() - text.len() <= 3).then_some((mark, width))
}

/// A span that begins here and ends on the same line; an escaped backtick begins none.
fn span(rest: &str) -> Option<usize> {
    if rest.starts_with("\\`") {
        return Some(2);
    }
    let width = rest.len() - rest.trim_start_matches('`').len();
    if width == 0 {
        return None;
    }
    let line = rest.lines().next().unwrap_or_default();
    let mut at = width;
    while let Some(next) = line.get(at..).and_then(|after| after.find('`')) {
        at += next;
        let after = line.get(at..).unwrap_or_default();
        let wide = after.len() - after.trim_start_matches('`').len();
        at += wide;
        if wide == width {
            return Some(at);
        }
    }
    // The whole run is no opening, so that no part of it is taken for one.
    Some(width)
}
