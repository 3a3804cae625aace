//! A value as words, and what words say of each other by where they stand.

use crate::verdict::tokens::POSITIVE;

/// A run of letters, digits, `-` and `_`, and what stands between the word before it and it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) gap: &'a str,
}

/// The words of a value in upper case.
pub(super) fn words(upper: &str) -> Vec<Word<'_>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let mut words = Vec::new();
    let mut rest = upper;
    while let Some(begin) = rest.find(is_part) {
        let (gap, from) = rest.split_at(begin);
        let end = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
        let (text, after) = from.split_at(end);
        words.push(Word { text, gap });
        rest = after;
    }
    words
}

impl<'a> Word<'a> {
    /// Without dashes and underlines around it: `__FAILED__` is emphasis, `-FAILED` an item.
    pub(super) fn bare(&self) -> &'a str {
        self.text.trim_matches(['-', '_'])
    }

    pub(super) fn is_positive(&self) -> bool {
        POSITIVE.contains(&self.text)
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    pub(super) fn is_dash(&self) -> bool {
        self.text.bytes().all(|byte| byte == b'-' || byte == b'_')
    }

    /// Nothing but space or emphasis between the word before it and it.
    pub(super) fn is_direct(&self) -> bool {
        self.gap
            .chars()
            .all(|letter| letter.is_whitespace() || letter == '*' || letter == '`')
    }

    fn is_over(&self) -> bool {
        self.gap.trim() == "/"
    }
}

/// The negation that ends these words, as it is shown: `NOT`, `DOESN'T`, `НЕ`.
pub(super) fn negation(words: &[Word<'_>]) -> Option<String> {
    let (last, earlier) = words.split_last()?;
    let word = last.bare();
    if matches!(word, "NOT" | "NO" | "CANNOT" | "NEVER" | "НЕ" | "Не" | "не") {
        return Some(word.to_owned());
    }
    // Both words of `DOESN'T`; the apostrophe parts them.
    let verb = earlier.last().filter(|verb| verb.text.ends_with('N'))?;
    let is_contracted = word == "T" && ["'", "’", "`", "´"].contains(&last.gap);
    is_contracted.then(|| format!("{}'T", verb.bare()))
}

/// Zero or no at the end of these words; a zero that ends a longer number (`1.0`, `10/0`) or that something is compared with (`>0`) is none.
pub(super) fn is_nothing(words: &[Word<'_>]) -> bool {
    let Some((last, earlier)) = words.split_last() else {
        return false;
    };
    let is_part_of_number = last.gap.chars().all(|letter| ".,/'’ ".contains(letter))
        && earlier.last().is_some_and(Word::is_number);
    let is_compared = last.gap.contains(['<', '>', '≤', '≥', '≠', '!', '~', '≈']);
    last.text == "NO" || last.text == "0" && !is_part_of_number && !is_compared
}

/// A fraction at the end of some words.
pub(super) struct Fraction<'a> {
    some: &'a str,
    all: &'a str,
}

impl Fraction<'_> {
    /// Fewer than all, as it is shown: `9/10`.
    pub(super) fn short(&self) -> Option<String> {
        (magnitude(self.some) < magnitude(self.all)).then(|| format!("{}/{}", self.some, self.all))
    }
}

/// `9/10`, `9 of 10`, `9 out of 10`, `9 из 10`; a part of `05/06/2026` is none.
pub(super) fn fraction<'a>(words: &[Word<'a>]) -> Option<Fraction<'a>> {
    let (all, earlier) = words.split_last().filter(|(all, _)| all.is_number())?;
    let until = match earlier {
        [until @ .., _, out, of] if (out.text, of.text) == ("OUT", "OF") => until.len() + 1,
        [until @ .., _, of] if matches!(of.text, "OF" | "ИЗ" | "из") => until.len() + 1,
        [.., _] if all.is_over() => earlier.len(),
        _ => return None,
    };
    let (some, longer) = earlier.get(..until)?.split_last()?;
    let is_date = some.is_over() && longer.last().is_some_and(Word::is_number);
    (some.is_number() && !is_date).then_some(Fraction {
        some: some.text,
        all: all.text,
    })
}

/// Whether the number that follows these words belongs to the same date: `05/06` before `/2026`.
pub(super) fn goes_on(next: Option<&Word<'_>>) -> bool {
    next.is_some_and(|next| next.is_over() && next.is_number())
}

/// Orders numbers of any length.
fn magnitude(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}
