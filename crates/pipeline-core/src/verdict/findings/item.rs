//! The items of a review, line by line: which heading they stand under, where one ends, and whether it is open.

use crate::verdict::findings::{Finding, MAX_FINDINGS, MAX_TEXT, Severity, cut};

/// Words of an item that say there is nothing, without punctuation and case.
const NOTHING: [&str; 5] = ["", "нет", "none", "na", "no"];

/// What list items begin with; the last ones are written by people who set type.
const MARKS: [char; 9] = ['-', '*', '+', '•', '–', '—', '·', '◦', '‣'];

/// How deep a line of bold text is that stands in the place of a heading: below every real one.
const BOLD: usize = 7;

/// Collects the open items.
#[derive(Debug, Default)]
pub(super) struct Collector {
    findings: Vec<Finding>,
    /// Kept of each severity.
    kept: [usize; 4],
    section: Option<Section>,
    item: Option<Item>,
}

/// The section of a severity, and how deep its heading is.
#[derive(Debug, Clone, Copy)]
struct Section {
    severity: Severity,
    level: usize,
}

#[derive(Debug)]
struct Item {
    severity: Severity,
    /// What it begins with; a digit where it is numbered.
    mark: char,
    /// Columns before its marker.
    indent: usize,
    text: String,
    /// A blank line was seen; only indented text goes on after it.
    is_paused: bool,
}

impl Collector {
    /// Takes the next line; `next` is the one after it.
    pub(super) fn line(&mut self, line: &str, next: Option<&str>) {
        let bare = line.trim();
        if let Some((level, title)) = heading(bare) {
            return self.enter(level, title);
        }
        let indent = indent(line);
        if let Some(title) = bold(bare).filter(|title| self.is_bold_heading(indent, title)) {
            return self.enter(BOLD, title);
        }
        if let Some((mark, text)) = item(bare).filter(|found| self.begins_item(indent, *found)) {
            return self.begin(indent, (mark, text));
        }
        match &mut self.item {
            Some(item) if bare.is_empty() => item.is_paused = true,
            Some(item) if indent > item.indent || !item.is_paused && !ends_paragraph(bare) => {
                item.is_paused = false;
                if item.text.len() < MAX_TEXT * 4 {
                    item.text.push(' ');
                    item.text.push_str(bare);
                }
            }
            Some(_) => self.end(),
            None => {
                if let Some(level) = next.and_then(underline).filter(|_| !bare.is_empty()) {
                    self.enter(level, bare);
                }
            }
        }
    }

    /// The open items, in their order.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.end();
        self.findings
    }

    fn enter(&mut self, level: usize, title: &str) {
        self.end();
        self.section = match (Severity::of_title(title), self.section) {
            (Some(severity), _) => Some(Section { severity, level }),
            (None, Some(section)) if level > section.level => Some(section),
            (None, _) => None,
        };
    }

    /// A line of bold text in the place of a heading: one with a severity, or the next one behind such a line.
    fn is_bold_heading(&self, indent: usize, title: &str) -> bool {
        let is_part = self.item.as_ref().is_some_and(|item| indent > item.indent);
        let is_under_bold = self.section.is_some_and(|section| section.level == BOLD);
        !is_part && (is_under_bold || Severity::of_title(title).is_some())
    }

    /// A marker deeper than that of the open item is a part of it, save an open box below a ticked one.
    /// A typographic dash in the middle of an item of another mark is a dash.
    fn begins_item(&self, indent: usize, (mark, text): (char, &str)) -> bool {
        self.item.as_ref().is_none_or(|item| {
            let is_mark = mark.is_ascii() || item.mark == mark || item.is_paused;
            let is_open_below_ticked = is_ticked(&item.text) && text.starts_with("[ ]");
            is_mark && indent < item.indent + 2 || is_open_below_ticked
        })
    }

    fn begin(&mut self, indent: usize, (mark, text): (char, &str)) {
        self.end();
        self.item = self.section.map(|section| Item {
            severity: section.severity,
            mark,
            indent,
            text: text.to_owned(),
            is_paused: false,
        });
    }

    fn end(&mut self) {
        let Some(item) = self.item.take() else { return };
        let kept = self.kept.get_mut(item.severity as usize);
        if let Some(kept) = kept.filter(|kept| **kept < MAX_FINDINGS && is_open(&item.text)) {
            *kept += 1;
            self.findings.push(Finding {
                severity: item.severity,
                text: cut(item.text.trim_start_matches("[ ]").trim()),
            });
        }
    }
}

/// The title of a line that is bold from its beginning to its end, or to a colon.
fn bold(bare: &str) -> Option<&str> {
    let line = bare.trim_end_matches(':');
    ["**", "__"]
        .into_iter()
        .find_map(|mark| line.strip_prefix(mark)?.strip_suffix(mark))
        .filter(|title| !title.contains("**"))
}

/// `## Title`; `##P0` too, as it is meant so.
fn heading(bare: &str) -> Option<(usize, &str)> {
    let title = bare.trim_start_matches('#');
    let level = bare.len() - title.len();
    let begins = |title: &str| title.is_empty() || title.starts_with([' ', '\t']);
    let is_heading = (1..=6).contains(&level) && (begins(title) || Severity::of_title(title).is_some());
    is_heading.then_some((level, title))
}

/// The line under a title that makes a heading of it.
fn underline(line: &str) -> Option<usize> {
    let bare = line.trim_end();
    [("=", 1), ("-", 2)].into_iter().find_map(|(letter, level)| {
        (bare.len() >= 2 && bare.trim_start_matches(letter).is_empty()).then_some(level)
    })
}

/// Columns before the text; a tab counts as four.
fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|letter| letter.is_whitespace())
        .map(|letter| if letter == '\t' { 4 } else { 1 })
        .sum()
}

/// The mark of a list item, of Markdown or of typography, and what follows it.
fn item(bare: &str) -> Option<(char, &str)> {
    let mark = bare.chars().next()?;
    let after = bare.strip_prefix(MARKS).or_else(|| numbered(bare))?;
    let is_parted = after.starts_with(|letter: char| letter.is_whitespace() || letter == '[');
    (after.is_empty() || is_parted).then(|| (mark, after.trim()))
}

fn numbered(bare: &str) -> Option<&str> {
    let rest = bare.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (rest.len() < bare.len())
        .then(|| rest.strip_prefix(['.', ')']))
        .flatten()
}

/// Text without indent goes on with an item's paragraph, unless it begins something of its own.
fn ends_paragraph(bare: &str) -> bool {
    bare.starts_with(['|', '>', '<']) || underline(bare).is_some() || bare == "***" || bare == "___"
}

fn is_ticked(text: &str) -> bool {
    let mut letters = text.chars();
    let mark = [letters.next(), letters.next(), letters.next()];
    // The Cyrillic letter is the same key.
    matches!(mark, [Some('['), Some('x' | 'X' | 'х' | 'Х'), Some(']')])
}

fn is_open(text: &str) -> bool {
    if is_ticked(text) {
        return false;
    }
    let word: String = text
        .trim_start_matches("[ ]")
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .take(8)
        .collect::<String>()
        .to_lowercase();
    !NOTHING.contains(&word.as_str())
}
