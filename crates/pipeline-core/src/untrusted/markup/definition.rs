//! Definitions of links in Markdown: a page shows nothing of them, so their titles hide text (`[//]: # (note)`).

/// The longest title that is looked for, in bytes; a longer one is hidden up to here.
const LONGEST: usize = 16 * 1024;

/// The hidden part of a definition at the beginning of this line: a comment as a whole, else its title.
pub(super) fn hidden(rest: &str) -> Option<(usize, usize)> {
    let line = rest.lines().next()?;
    let inside = line.trim_start_matches(' ').strip_prefix('[')?;
    let (label, after) = inside.split_once("]:")?;
    let destination_and_title = after.trim_start();
    let destination = destination_and_title.split_whitespace().next()?;
    let is_comment =
        matches!(destination, "#" | "<>" | "<#>") || label == "//" || label.eq_ignore_ascii_case("comment");
    let before_title = line.len() - destination_and_title.len() + destination.len();
    let title = rest.get(before_title..)?;
    let spaces = title.len() - title.trim_start_matches([' ', '\t']).len();
    let from = before_title + spaces;
    let end = from + end_of_title(rest.get(from..)?)?;
    (spaces > 0).then_some((if is_comment { 0 } else { from }, end))
}

/// A title in quotes or brackets; it may go on over lines, not over a blank one.
fn end_of_title(text: &str) -> Option<usize> {
    let closing = match text.chars().next()? {
        '"' => '"',
        '\'' => '\'',
        '(' => ')',
        _ => return None,
    };
    let window = text.len().min(LONGEST);
    let window = (0..=window).rev().find(|end| text.is_char_boundary(*end))?;
    let window = text.get(..window)?;
    let paragraph = window.split_once("\n\n").map(|(paragraph, _)| paragraph);
    match paragraph.unwrap_or(window).get(1..)?.find(closing) {
        Some(end) => Some(end + 2),
        None if paragraph.is_none() && window.len() < text.len() => Some(window.len()),
        None => None,
    }
}
