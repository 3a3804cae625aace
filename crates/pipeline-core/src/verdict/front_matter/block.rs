//! Where the block stands: the two delimiter lines, and nothing else of the text.

use crate::verdict::front_matter::{FrontMatterError, MAX_BYTES, MAX_LEAD, Problem, WINDOW};
use crate::verdict::lines::lines;

/// How much of a foreign first line a diagnosis shows, in characters.
const SHOWN: usize = 40;

/// The YAML between the delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// Without the delimiters.
    pub(super) yaml: &'a str,
    /// Lines of the file before it.
    pub(super) lines_before: usize,
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
                });
            }
            Some(_) => {}
        }
    }
    Err(match opening {
        None => at(last_line, Problem::Missing(String::new())),
        Some(open) if is_cut => at(open.line, Problem::TooLarge),
        Some(open) => at(open.line, Problem::Unclosed),
    })
}

fn at(line: usize, problem: Problem) -> FrontMatterError {
    FrontMatterError {
        line,
        column: 1,
        problem,
    }
}

/// The first line is something else.
fn foreign(line: &str) -> Problem {
    let bare = line.trim_start();
    if bare.starts_with("```") || bare.starts_with("~~~") {
        return Problem::Fenced;
    }
    let shown: String = plain_text::without_control(bare.trim_end())
        .chars()
        .take(SHOWN)
        .collect();
    Problem::Missing(format!(", but it is '{shown}'"))
}
