//! Fenced code in Markdown. A fence that is never closed fences nothing here: otherwise one stray ``` would hide every item after it.

use crate::verdict::lines::{Line, lines};

/// The fences of one text, asked line by line in order.
pub(super) struct Fences {
    /// The opening line that has no closing one.
    unclosed: Option<usize>,
    open: Option<Mark>,
}

/// The mark that opens a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    letter: char,
    length: usize,
}

impl Fences {
    /// Finds the opening line that is not closed, if there is one.
    pub(super) fn of(text: &str) -> Self {
        let mut fences = Self {
            unclosed: None,
            open: None,
        };
        let mut opened_at = None;
        for line in lines(text) {
            let was_open = fences.open.is_some();
            fences.step(line.text);
            if fences.open.is_some() && !was_open {
                opened_at = Some(line.start);
            }
        }
        Self {
            unclosed: fences.open.and(opened_at),
            open: None,
        }
    }

    /// Whether this line stands in a fence or is a mark of one; lines are asked in order, each once.
    pub(super) fn covers(&mut self, line: Line<'_>) -> bool {
        if self.unclosed.is_some_and(|start| line.start >= start) {
            return false;
        }
        let was_open = self.open.is_some();
        self.step(line.text);
        was_open || self.open.is_some()
    }

    fn step(&mut self, line: &str) {
        let bare = line.trim();
        self.open = match self.open {
            None => mark(bare),
            Some(open) => {
                let letters = bare.chars().count();
                let closes = letters >= open.length && bare.chars().all(|letter| letter == open.letter);
                (!closes).then_some(open)
            }
        };
    }
}

fn mark(bare: &str) -> Option<Mark> {
    let letter = bare.chars().next().filter(|letter| "`~".contains(*letter))?;
    let info = bare.trim_start_matches(letter);
    let length = bare.len() - info.len();
    // Three and a backtick later in the line are inline code.
    (length >= 3 && !(letter == '`' && info.contains('`'))).then_some(Mark { letter, length })
}
