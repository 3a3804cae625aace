//! Markup that a page does not show: comments, hidden elements, scripts. Code in backticks and fences is shown as it is written, so it stays.

mod tag;
mod style;
mod code;
mod definition;

use super::found::{Found, HiddenKind};
use code::{Code, Place};
use tag::{Tag, tag};

/// Elements whose content is not shown, whatever their attributes say.
const UNSHOWN: [&str; 9] = [
    "script", "style", "template", "title", "head", "noscript", "iframe", "noembed", "noframes",
];

/// Elements without content.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

const COMMENT: &str = "<!--";

/// How much may be read in vain, in bytes, before everything that follows counts as hidden.
const VAIN_MAX: usize = 8 * super::TEXT_MAX;

/// The text without hidden markup; none: there is nothing hidden in it.
pub(super) fn strip(text: &str, found: &mut Found) -> Option<String> {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    let mut code = Code::default();
    let mut vain = 0;
    let mut is_changed = false;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let place = code.place(
            rest,
            text.get(..at)
                .is_none_or(|before| before.is_empty() || before.ends_with('\n')),
        );
        if let Place::Code(length) = place {
            kept.push_str(rest.get(..length).unwrap_or(rest));
            at += length;
            continue;
        }
        if let Some((kind, from, to)) = hidden(rest, place == Place::LineStart, &mut vain) {
            kept.push_str(rest.get(..from).unwrap_or_default());
            found.part(kind, rest.get(from..to).unwrap_or_default());
            is_changed = true;
            at += to;
            continue;
        }
        let length = plain(rest);
        kept.push_str(rest.get(..length).unwrap_or(rest));
        at += length;
    }
    is_changed.then_some(kept)
}

/// Bytes up to the next place that could begin something.
fn plain(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    if text.starts_with('\n') {
        return first;
    }
    let next = text
        .get(first..)
        .and_then(|after| after.find(['<', '\n', '`', '\\']));
    next.map_or(text.len(), |next| first + next)
}

/// The text with nothing that could begin markup.
pub(super) fn disarm(text: &str) -> String {
    text.replace('<', "‹").replace("]:", "] :")
}

/// What is hidden from here on: its kind, where it begins and where it ends.
fn hidden(text: &str, at_line_start: bool, vain: &mut usize) -> Option<(HiddenKind, usize, usize)> {
    if at_line_start && let Some((from, to)) = definition::hidden(text) {
        return Some((HiddenKind::Comment, from, to));
    }
    if !text.starts_with('<') {
        return None;
    }
    if *vain > VAIN_MAX {
        return Some((HiddenKind::Element, 0, text.len()));
    }
    if let Some(end) = comment(text) {
        return Some((HiddenKind::Comment, 0, end));
    }
    let Some(tag) = tag(text) else {
        *vain += tag::read_in_vain(text);
        return None;
    };
    let name = tag.name.to_ascii_lowercase();
    if tag.closes {
        return None;
    }
    if UNSHOWN.contains(&name.as_str()) {
        return Some((HiddenKind::Script, 0, end_of_raw(text, tag.length, &name)));
    }
    if !style::is_hidden(&tag) {
        return None;
    }
    let end = if VOID.contains(&name.as_str()) {
        tag.length
    } else {
        end_of_element(text, &tag, vain)
    };
    Some((HiddenKind::Element, 0, end))
}

/// The end of a comment, instruction or declaration that begins here. A comment without an end reaches to the end of the text.
fn comment(text: &str) -> Option<usize> {
    if let Some(inside) = text.strip_prefix(COMMENT) {
        let start = COMMENT.len();
        for short in [">", "->"] {
            if inside.starts_with(short) {
                return Some(start + short.len());
            }
        }
        let ends = ["-->", "--!>"].map(|end| inside.find(end).map(|found| found + end.len()));
        let end = ends.into_iter().flatten().min();
        return Some(end.map_or(text.len(), |end| start + end));
    }
    for (begin, end) in [("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")] {
        let Some(inside) = text.strip_prefix(begin) else {
            continue;
        };
        let declares = begin != "<!" || inside.starts_with(|letter: char| letter.is_ascii_alphabetic());
        let length = begin.len();
        return declares.then(|| {
            let found = inside.find(end).map(|found| found + end.len());
            // Browsers end it there.
            let found = found.or_else(|| inside.find('>').map(|found| found + 1));
            found.map_or(text.len(), |found| length + found)
        });
    }
    None
}

/// Scripts and the like end at the first closing tag of their name.
fn end_of_raw(text: &str, mut at: usize, name: &str) -> usize {
    while let Some(next) = text.get(at..).and_then(|rest| rest.find("</")) {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        if let Some(tag) = tag(rest).filter(|tag| tag.name.eq_ignore_ascii_case(name)) {
            return at + tag.length;
        }
        at += 2;
    }
    text.len()
}

/// Behind the closing tag that belongs to it; without one, the end of the text.
fn end_of_element(text: &str, opening: &Tag<'_>, vain: &mut usize) -> usize {
    let mut at = opening.length;
    let mut depth = 1_usize;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('<')) {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        if *vain > VAIN_MAX {
            break;
        }
        if let Some(length) = comment(rest) {
            at += length;
            continue;
        }
        let Some(inner) = tag(rest) else {
            *vain += tag::read_in_vain(rest);
            at += 1;
            continue;
        };
        at += inner.length;
        if inner.name.eq_ignore_ascii_case(opening.name) {
            depth = if inner.closes { depth - 1 } else { depth + 1 };
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
