//! Characters without a shape of their own, and terminal codes.

use super::found::{Found, HiddenKind};

const ESCAPE: char = '\u{1b}';
const CONTROL_SEQUENCE: char = '\u{9b}';
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];
const SELECTORS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];
const KEYCAP: char = '\u{20e3}';

/// The text without them; ends of lines of every kind become line feeds.
pub(super) fn strip(text: &str, found: &mut Found) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut apart = true;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        if let Some(length) = terminal_code(letter, after) {
            let (code, behind) = rest.split_at(letter.len_utf8() + length);
            found.part(HiddenKind::Control, code);
            (rest, apart) = (behind, false);
            continue;
        }
        rest = after;
        match letter {
            '\r' if after.starts_with('\n') => continue,
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            _ => match kind(letter).filter(|_| !is_shaping(letter, &kept, after)) {
                Some(kind) => {
                    found.character(kind, letter, apart);
                    apart = false;
                    continue;
                }
                None => kept.push(letter),
            },
        }
        apart = true;
    }
    kept
}

/// How a character hides; none: it can be seen, or is white space.
pub(super) fn kind(letter: char) -> Option<HiddenKind> {
    match letter {
        '\n' | '\t' => None,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Some(HiddenKind::Direction)
        }
        '\u{e0100}'..='\u{e01ef}' => Some(HiddenKind::Invisible),
        '\u{e0000}'..='\u{e0fff}' => Some(HiddenKind::Tag),
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' => Some(HiddenKind::Invisible),
        '\u{fffe}' | '\u{ffff}' => Some(HiddenKind::Control),
        _ if letter.is_control() => Some(HiddenKind::Control),
        _ => None,
    }
}

/// It changes how its neighbours look, as it is meant to.
fn is_shaping(letter: char, before: &str, after: &str) -> bool {
    let (before, after) = (before.chars().next_back(), after.chars().next());
    let both = |fits: fn(char) -> bool| before.is_some_and(fits) && after.is_some_and(fits);
    if JOINERS.contains(&letter) {
        let selected = before.is_some_and(|before| SELECTORS.contains(&before));
        let emoji = letter == '\u{200d}' && (both(is_emoji) || selected && after.is_some_and(is_emoji));
        return emoji || both(writes_with_joiners);
    }
    let keycap = before.is_some_and(|before| before.is_ascii_digit() || "#*".contains(before));
    SELECTORS.contains(&letter) && (before.is_some_and(is_emoji) || keycap && after == Some(KEYCAP))
}

fn is_emoji(letter: char) -> bool {
    matches!(letter,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Letters and signs of Arabic, Syriac, Thaana, N'Ko, the Indic scripts, Khmer and Mongolian.
fn writes_with_joiners(letter: char) -> bool {
    kind(letter).is_none()
        && matches!(letter,
            '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
            | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Bytes of a terminal code behind its first character.
fn terminal_code(letter: char, after: &str) -> Option<usize> {
    match letter {
        CONTROL_SEQUENCE => control_sequence(after),
        ESCAPE => match after.chars().next()? {
            '[' => control_sequence(after.get(1..)?).map(|length| length + 1),
            ']' | 'P' | '^' | '_' => string(after.get(1..)?).map(|length| length + 1),
            _ => None,
        },
        _ => None,
    }
}

/// Parameters, then one letter.
fn control_sequence(text: &str) -> Option<usize> {
    let end = text.find(|letter: char| !(' '..='?').contains(&letter))?;
    let last = text.get(end..)?.chars().next()?;
    ('@'..='~').contains(&last).then_some(end + 1)
}

/// Up to its terminator, on one line.
fn string(text: &str) -> Option<usize> {
    let end = text.find(['\u{7}', ESCAPE, '\n', '\r'])?;
    let rest = text.get(end..)?;
    if rest.starts_with('\u{7}') {
        return Some(end + 1);
    }
    rest.starts_with("\u{1b}\\").then_some(end + 2)
}
