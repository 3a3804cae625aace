//! People's words in briefs and requests are a block quote at the end of a section.

use std::borrow::Cow;

/// What is quoted, without the marks; a text that does not end in a quote as it is.
pub(super) fn end_of(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let quoted: Vec<&str> = text
        .lines()
        .rev()
        .map_while(|line| line.strip_prefix('>'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    if quoted.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(quoted.into_iter().rev().collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quote_at_the_end_counts() {
        for (text, expected) in [
            ("plain\ntext", "plain\ntext"),
            ("It is data.\n\n> one\n>\n> - two\n", "one\n\n- two"),
            ("> said\n\nnot quoted", "> said\n\nnot quoted"),
            ("data\n\n> > nested", "> nested"),
        ] {
            assert_eq!(end_of(text), expected, "{text:?}");
        }
    }
}
