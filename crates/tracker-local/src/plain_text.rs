//! HTML turned into the text that a reader would see. For our own comments: small, well-formed, already escaped.

/// `<br>` and the ends of blocks become line breaks, list items get a bullet, other tags go, entities become their characters.
/// Total: what is no tag or no entity stays as it is.
pub(crate) fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(found) = rest.find(['<', '&']) {
        let (before, special) = rest.split_at(found);
        text.push_str(before);
        rest = take_tag(special, &mut text)
            .or_else(|| take_entity(special, &mut text))
            .unwrap_or_else(|| take_character(special, &mut text));
    }
    text.push_str(rest);
    text.trim_end().to_owned()
}

fn take_tag<'a>(html: &'a str, text: &mut String) -> Option<&'a str> {
    let inside = html.strip_prefix('<')?;
    if !inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/' || first == '!') {
        return None;
    }
    let end = end_of_tag(inside)?;
    let (tag, rest) = (inside.get(..end)?, inside.get(end + 1..)?);
    let name_ends = |c: char| !c.is_ascii_alphanumeric();
    let (closing, name) = match tag.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, tag),
    };
    let name = name.split(name_ends).next().unwrap_or_default();
    write_tag(closing, &name.to_ascii_lowercase(), text);
    Some(rest)
}

/// A `>` within a quoted attribute does not end the tag.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (index, c) in inside.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(index),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

fn write_tag(closing: bool, name: &str, text: &mut String) {
    match (closing, name) {
        (false, "br") => text.push('\n'),
        (false, "li") => {
            start_line(text);
            text.push_str("• ");
        }
        (
            _,
            "p" | "div" | "ul" | "ol" | "li" | "pre" | "blockquote" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6",
        ) => start_line(text),
        (_, _) => {}
    }
}

fn start_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn take_entity<'a>(html: &'a str, text: &mut String) -> Option<&'a str> {
    let (name, rest) = html.strip_prefix('&')?.split_once(';')?;
    text.push(character_of(name)?);
    Some(rest)
}

fn character_of(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

fn take_character<'a>(html: &'a str, text: &mut String) -> &'a str {
    let mut characters = html.chars();
    text.extend(characters.next());
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_a_person_sees_it() {
        for (html, text) in [
            ("plain", "plain"),
            ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            (
                "files:<ul><li>a.md</li><li>b.md</li></ul>after",
                "files:\n• a.md\n• b.md\nafter",
            ),
            ("<b>bold</b> and <a href=\"x?a>b\">link</a>", "bold and link"),
            (
                "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &quot;q&quot; &#39;s&#39; &#x1F600;",
                "<script>alert(1)</script> &amp; \"q\" 's' 😀",
            ),
            (
                "1 < 2 & 3 > 2; &unknown; &#xD800;",
                "1 < 2 & 3 > 2; &unknown; &#xD800;",
            ),
            ("never closed <b", "never closed <b"),
            ("привет<br>мир <", "привет\nмир <"),
            ("<!-- note -->x", "x"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }
}
