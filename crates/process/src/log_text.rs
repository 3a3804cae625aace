//! Reading logs for people: the end of a file, without what a terminal would obey.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The last `max_bytes` bytes of a file as text; what is not UTF-8 becomes U+FFFD. A character that the cut went
/// through is left out.
pub fn tail(path: &Path, max_bytes: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(max_bytes);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(max_bytes).read_to_end(&mut bytes)?;
    let cut = if start == 0 {
        0
    } else {
        bytes
            .iter()
            .take(3)
            .take_while(|byte| is_continuation(**byte))
            .count()
    };
    Ok(String::from_utf8_lossy(bytes.get(cut..).unwrap_or_default()).into_owned())
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// The text without ANSI sequences, control characters (save `\n` and `\t`) and the characters that reorder a line:
/// what an agent printed must not move the cursor, hide text or forge a line of ours.
pub fn strip_control(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_parameters(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            '\n' | '\t' => clean.push(character),
            _ if character.is_control() || is_reordering(character) => {}
            _ => clean.push(character),
        }
    }
    clean
}

/// ECMA-48: what follows ESC.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    match rest.clone().next() {
        Some('[') => {
            rest.next();
            skip_parameters(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(' '..='/') => skip_intermediates(rest),
        Some('0'..='~') => {
            rest.next();
        }
        Some(_) | None => {}
    }
}

/// CSI: parameters and intermediates, then one final character. Anything else ends a broken sequence and stays.
fn skip_parameters(rest: &mut std::str::Chars<'_>) {
    while let Some(next) = rest.clone().next() {
        match next {
            ' '..='?' => rest.next(),
            '@'..='~' => {
                rest.next();
                return;
            }
            _ => return,
        };
    }
}

/// A two- or three-character escape such as the choice of a character set.
fn skip_intermediates(rest: &mut std::str::Chars<'_>) {
    while let Some(' '..='/') = rest.clone().next() {
        rest.next();
    }
    if let Some('0'..='~') = rest.clone().next() {
        rest.next();
    }
}

/// OSC, DCS and their like run to BEL or ST. A line end stops one as well: an unfinished sequence must not swallow
/// the whole log.
fn skip_string(rest: &mut std::str::Chars<'_>) {
    while let Some(next) = rest.clone().next() {
        match next {
            '\n' => return,
            '\u{1b}' => {
                rest.next();
                if rest.clone().next() == Some('\\') {
                    rest.next();
                }
                return;
            }
            '\u{7}' | '\u{9c}' => {
                rest.next();
                return;
            }
            _ => rest.next(),
        };
    }
}

/// Bidirectional overrides and isolates (the "Trojan Source" characters).
fn is_reordering(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(strip_control(input), expected, "input {input:?}");
    }

    #[test]
    fn only_text_line_ends_and_tabs_stay() {
        check("plain\ttext\n", "plain\ttext\n");
        check("\u{1b}[1;31mred\u{1b}[0m", "red");
        check("\u{1b}[?25l\u{1b}[2J\u{1b}[1;1Hhome", "home");
        check("\u{1b}]0;title\u{7}after", "after");
        check("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link");
        check("\u{1b}(Bset\u{1b}=keys\u{1b}7", "setkeys");
        check("\u{9b}31mC1\u{9d}0;t\u{9c}!", "C1!");
        check("a\rb\u{8}c\u{0}d\u{7f}\u{85}", "abcd");
        check("привет 🦀", "привет 🦀");
        check("a\u{202e}b\u{2066}c", "abc");
    }

    #[test]
    fn a_broken_sequence_does_not_swallow_the_log() {
        check("\u{1b}", "");
        check("\u{1b}[31", "");
        check("\u{1b}]0;never ended\nnext line", "\nnext line");
        check("\u{1b}[12\nnext", "\nnext");
        check("\u{1b}ж", "ж");
    }

    #[test]
    fn a_tail_starts_with_a_whole_character() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        std::fs::write(&file, "абв").unwrap();
        for (max, expected) in [
            (0, ""),
            (1, ""),
            (2, "в"),
            (3, "в"),
            (4, "бв"),
            (6, "абв"),
            (100, "абв"),
        ] {
            assert_eq!(tail(&file, max).unwrap(), expected, "{max} bytes");
        }
        assert!(tail(&folder.path().join("missing"), 1).is_err());
    }
}
