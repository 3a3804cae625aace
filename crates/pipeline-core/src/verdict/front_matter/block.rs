//! Where the block stands: the two delimiter lines, and nothing else of the text.

use crate::verdict::front_matter::{FrontMatterError, MAX_BYTES, MAX_LEAD, Problem, WINDOW};
use crate::verdict::lines::lines;
use crate::verdict::lookalike::is_invisible;

/// How much of a foreign first line a diagnosis shows, in characters.
const SHOWN: usize = 40;

/// The YAML between the delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// Without the delimiters.
    pub(super) yaml: &'a str,
    /// Lines of the file before it.
    pub(super) lines_before: usize,
    /// What follows the closing delimiter.
    pub(super) body: &'a str,
}

struct Opening {
    line: usize,
    begin: usize,
}

/// Finds the block at the head of a text.
pub(super) fn find(text: &str) -> Result<Block<'_>, FrontMatterError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.split_at(text.floor_char_boundary(WINDOW)).0;
    let is_cut = head.len() < text.len();
    let mut opening: Option<Opening> = None;
    let mut last_line = 1;
    for (index, line) in lines(head).enumerate() {
        last_line = index + 1;
        let is_whole = line.next > line.start + line.text.len() || !is_cut;
        let is_delimiter = is_whole && line.text.trim_end_matches([' ', '\t']) == "---";
        match &opening {
            None if line.start > MAX_LEAD => break,
            None if is_delimiter => {
                opening = Some(Opening {
                    line: last_line,
                    begin: line.next,
                });
            }
            None if line.text.trim().is_empty() => {}
            None => return Err(at(last_line, foreign(line.text))),
            Some(open) if line.start - open.begin > MAX_BYTES => {
                return Err(at(open.line, Problem::TooLarge));
            }
            Some(open) if is_delimiter => {
                return Ok(Block {
                    yaml: head.get(open.begin..line.start).unwrap_or_default(),
                    lines_before: open.line,
                    body: text.get(line.next..).unwrap_or_default(),
                });
            }
            Some(_) => {}
        }
    }
    Err(match opening {
        None => at(last_line, Problem::Missing(String::new())),
        Some(open) if is_cut => at(open.line, Problem::TooLarge),
        Some(open) => at(open.line, Problem::Unclosed(meant(head, open.line))),
    })
}

fn at(line: usize, problem: Problem) -> FrontMatterError {
    FrontMatterError {
        line,
        column: 1,
        problem,
    }
}

/// The line behind the opening one that was meant to end the block.
fn meant(head: &str, opening: usize) -> String {
    let found = lines(head)
        .enumerate()
        .skip(opening)
        .find(|(_, line)| is_meant(line.text));
    found.map_or_else(String::new, |(index, line)| {
        format!(
            "; line {} is '{}'{}",
            index + 1,
            shown(line.text),
            difference(line.text)
        )
    })
}

/// The first line is something else.
fn foreign(line: &str) -> Problem {
    let bare = line.trim_start();
    if bare.starts_with("```") || bare.starts_with("~~~") {
        return Problem::Fenced;
    }
    if line.contains('\0') {
        return Problem::Missing(
            ", but it holds U+0000, as text in UTF-16 does; save the file as UTF-8".to_owned(),
        );
    }
    let why = if is_meant(line) {
        difference(line)
    } else {
        String::new()
    };
    match shown(line) {
        shown if shown.is_empty() => {
            let first = line.chars().next().map_or(0, u32::from);
            Problem::Missing(format!(", but it begins with U+{first:04X}"))
        }
        shown => Problem::Missing(format!(", but it is '{shown}'{why}")),
    }
}

/// What can be seen of a line.
fn shown(line: &str) -> String {
    let seen = plain_text::without_control(line.trim());
    seen.chars().take(SHOWN).collect()
}

/// Dashes of any kind or the dots that end a YAML document, and nothing else to the eye.
fn is_meant(line: &str) -> bool {
    let is_seen = |letter: &char| !letter.is_whitespace() && !is_invisible(*letter);
    let mut seen = line.chars().filter(is_seen);
    if line.trim() == "..." {
        return true;
    }
    // A single '-' is an empty item of a list.
    let least = if line.contains('-') { 2 } else { 1 };
    seen.clone().all(is_dash) && seen.nth(least - 1).is_some()
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What makes a line another one than `---`, when it cannot be seen.
fn difference(line: &str) -> String {
    if line.starts_with([' ', '\t']) {
        return " with white space before it".to_owned();
    }
    match line
        .chars()
        .find(|letter| !letter.is_ascii_graphic() && *letter != ' ')
    {
        Some(letter) => format!(" with U+{:04X}", u32::from(letter)),
        None => String::new(),
    }
}
