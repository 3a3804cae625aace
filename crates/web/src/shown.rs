//! Text from outside as it is shown: what would be invisible, or would turn the direction of reading, is made visible, so that a person
//! approves what is really there. Escaping is maud's part.

use std::borrow::Cow;
use std::fmt::Write;

use plain_text::deceives;

/// The text with characters that deceive written as `[U+202E]`.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(deceives) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            letter if deceives(letter) => {
                // Writing to a String cannot fail.
                let _ = write!(visible, "[U+{:04X}]", u32::from(letter));
            }
            letter => visible.push(letter),
        }
    }
    Cow::Owned(visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn what_would_be_invisible_is_written_out() {
        check("plain\n\ttext, Текст, 👩‍🚀", "plain\n\ttext, Текст, 👩‍🚀");
        check("a\u{202E}b", "a[U+202E]b");
        check("a\u{200B}b\u{FEFF}", "a[U+200B]b[U+FEFF]");
        check("\u{E0041}", "[U+E0041]");
        check("\u{1b}[31m", "[U+001B][31m");
        check("one\r\ntwo\rthree", "one\ntwo[U+000D]three");
    }
}
