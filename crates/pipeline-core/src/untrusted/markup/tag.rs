//! A tag of HTML, read as browsers read it: quotes may hold anything.

/// A tag at the beginning of a text.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) closes: bool,
    pub(super) attributes: Vec<(&'a str, &'a str)>,
    /// In bytes, brackets included.
    pub(super) length: usize,
}

/// None: the text does not begin with a tag, or the tag has no end.
pub(super) fn tag(text: &str) -> Option<Tag<'_>> {
    let inside = text.strip_prefix('<')?;
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    if !inside.contains('>') {
        return None;
    }
    let name_end = inside.find(is_end_of_name)?;
    let (name, mut rest) = inside.split_at_checked(name_end)?;
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        if let Some(after) = rest.strip_prefix('>') {
            let length = text.len() - after.len();
            return Some(Tag {
                name,
                closes,
                attributes,
                length,
            });
        }
        let (attribute, after) = attribute(rest)?;
        attributes.push(attribute);
        rest = after;
    }
}

/// How far a tag that has no end was looked for.
pub(super) fn read_in_vain(text: &str) -> usize {
    let begins = text.get(1..).is_some_and(|inside| {
        inside
            .trim_start_matches('/')
            .starts_with(|letter: char| letter.is_ascii_alphabetic())
    });
    // Without any end at all nothing was read.
    if begins && text.contains('>') {
        text.len()
    } else {
        0
    }
}

fn is_end_of_name(letter: char) -> bool {
    letter.is_ascii_whitespace() || letter == '/' || letter == '>'
}

fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    // The first character belongs to the name, whatever it is.
    let first = text.chars().next()?.len_utf8();
    let name_end = text
        .get(first..)?
        .find(|letter: char| is_end_of_name(letter) || letter == '=')?
        + first;
    let (name, rest) = text.split_at_checked(name_end)?;
    let Some(value) = rest
        .trim_start_matches(|letter: char| letter.is_ascii_whitespace())
        .strip_prefix('=')
    else {
        return Some(((name, ""), rest));
    };
    let value = value.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (inside, after) = quoted.split_once(quote)?;
            return Some(((name, inside), after));
        }
    }
    let end = value.find(|letter: char| letter.is_ascii_whitespace() || letter == '>')?;
    let (value, after) = value.split_at_checked(end)?;
    Some(((name, value), after))
}
