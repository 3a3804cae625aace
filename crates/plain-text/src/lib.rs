//! Text from outside made harmless for whoever shows it: the one place that knows what a terminal obeys and what a reader
//! cannot see. Pure, without dependencies; knows no log, no page and no sentence.

/// The text without ANSI sequences and without letters that deceive: what an agent printed must not move the cursor, hide
/// text or forge a line of ours. Line ends and tabs stay.
#[must_use]
pub fn without_control(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_parameters(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            _ if deceives(character) => {}
            _ => clean.push(character),
        }
    }
    clean
}

/// The same on one line: white space becomes single spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    // A carriage return parts words; a line end also ends a sequence that was never closed.
    let parted: String = text
        .chars()
        .map(|letter| {
            if letter.is_whitespace() && letter != '\n' {
                ' '
            } else {
                letter
            }
        })
        .collect();
    let words = without_control(&parted);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Controls (save line ends and tabs), direction marks, invisible letters and tags. The joiners are none of them: emoji and
/// several scripts need them.
#[must_use]
pub fn deceives(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{00AD}'
        | '\u{061C}'
        | '\u{180E}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}' => true,
        letter => letter.is_control(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(without_control(input), expected, "input {input:?}");
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
        check("a\u{202e}b\u{2066}c\u{200b}d\u{feff}\u{e0041}", "abcd");
        check("👩\u{200d}🚀", "👩\u{200d}🚀");
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
    fn one_line_is_one() {
        for (text, expected) in [
            ("plain Текст", "plain Текст"),
            (" two\r\nlines\t", "two lines"),
            ("a\rb", "a b"),
            ("\u{1b}[2Jgone\u{202E}", "gone"),
            ("\u{1b}]0;never ended\nnext", "next"),
            ("", ""),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }
}
