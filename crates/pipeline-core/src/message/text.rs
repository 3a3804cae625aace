//! Text of agents and people made safe to show: escaped, cut, kept in its lines. Knows no sentence.

use crate::time::Timestamp;
use crate::usage::{Usage, cost_text, tokens_text};

/// The longest free text that is shown, in characters.
pub const FREE_TEXT_MAX: usize = 2_000;

/// The longest text that a chat takes, in UTF-16 units of what is shown. Telegram's limit; it counts characters, so this is never too lenient.
pub const CHAT_TEXT_MAX: usize = 4_096;

/// The longest text that Telegram reads at all, in bytes, markup and all.
const CHAT_MARKUP_MAX: usize = 32_768;

/// Makes text safe between HTML tags and in double-quoted attributes. What trackers and chats refuse, and what a reader would not see, is
/// dropped; line feeds and tabs stay.
#[must_use]
pub fn escape(text: &str) -> String {
    escape_visible(&plain_text::without_control(text))
}

fn escape_visible(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(letter),
        }
    }
    html
}

/// At most `max_chars` characters; a longer text ends in `…`, which counts.
#[must_use]
pub fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    text.chars()
        .take(max_chars.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// Questions, reasons and findings for a chat: trimmed, cut at [`FREE_TEXT_MAX`], then escaped. Keeps its lines. What no reader sees neither
/// counts nor swallows the `…` of the cut.
#[must_use]
pub fn free_text(text: &str) -> String {
    let visible = plain_text::without_control(text);
    escape_visible(&cut(visible.trim(), FREE_TEXT_MAX))
}

/// The same for a tracker's comment: lines are joined by `<br>`.
#[must_use]
pub fn free_html(text: &str) -> String {
    free_text(text).replace('\n', "<br>")
}

/// Text that must stay on one line: white space becomes single spaces; at most `max_chars`, then escaped.
#[must_use]
pub fn one_line(text: &str, max_chars: usize) -> String {
    escape_visible(&cut(&plain_text::one_line(text), max_chars))
}

/// Names, paths or contexts in a sentence: joined by `, `, cut at [`FREE_TEXT_MAX`], then escaped.
#[must_use]
pub fn list_text(items: &[String]) -> String {
    one_line(&items.join(", "), FREE_TEXT_MAX)
}

/// A whole message of this module as a chat takes it: one that is too long ends in `…`. No tag or entity is cut in two, and a link is closed.
#[must_use]
pub fn within_chat(html: String) -> String {
    if fits_chat(&html) {
        return html;
    }
    let (mut units, mut at, mut in_link) = (0, 0, false);
    let mut cut = (0, false);
    while let Some((piece, shown)) = html.get(at..).and_then(first_piece) {
        (units, at) = (units + shown, at + piece.len());
        in_link = if shown == 0 { piece != LINK_END } else { in_link };
        if units >= CHAT_TEXT_MAX || at + "…".len() + LINK_END.len() > CHAT_MARKUP_MAX {
            break;
        }
        cut = (at, in_link);
    }
    let (kept, end) = (
        html.get(..cut.0).unwrap_or_default(),
        if cut.1 { LINK_END } else { "" },
    );
    format!("{kept}…{end}")
}

/// Whether a chat takes the message whole.
pub(super) fn fits_chat(html: &str) -> bool {
    // A byte is never less than a unit.
    html.len() <= CHAT_TEXT_MAX || (html.len() <= CHAT_MARKUP_MAX && units(html) <= CHAT_TEXT_MAX)
}

/// How many UTF-16 units of it are shown.
fn units(html: &str) -> usize {
    let (mut units, mut rest) = (0, html);
    while let Some((piece, shown)) = first_piece(rest) {
        (units, rest) = (units + shown, rest.get(piece.len()..).unwrap_or_default());
    }
    units
}

const LINK_END: &str = "</a>";

/// The tag, entity or letter that the text begins with, and how many UTF-16 units of it are shown.
fn first_piece(html: &str) -> Option<(&str, usize)> {
    let letter = html.chars().next()?;
    let (length, shown) = match letter {
        '<' => (html.find('>')? + 1, 0),
        '&' => (html.find(';')? + 1, 1),
        _ => (letter.len_utf8(), letter.len_utf16()),
    };
    html.get(..length).map(|piece| (piece, shown))
}

/// `14:00 UTC`; with the day when it is another than today: `2026-11-22 14:00 UTC`.
#[must_use]
pub fn until_text(until: Timestamp, now: Timestamp) -> String {
    let (until, now) = (until.to_rfc3339(), now.to_rfc3339());
    match (until.split_once('T'), now.split_once('T')) {
        (Some((day, time)), Some((today, _))) => {
            let hour = time.get(..5).unwrap_or(time);
            if day == today {
                format!("{hour} UTC")
            } else {
                format!("{day} {hour} UTC")
            }
        }
        (_, _) => until,
    }
}

/// `1.5k in (1.2k cached) / 300 out · $0.12`; the brackets only when something came from the cache.
#[must_use]
pub fn usage_text(usage: &Usage) -> String {
    usage_in_words(usage, "in", "out")
}

/// [`usage_text`] with other words for `in` and `out`.
#[must_use]
pub fn usage_in_words(usage: &Usage, input: &str, output: &str) -> String {
    let cached = match usage.cache_read_input_tokens {
        0 => String::new(),
        tokens => format!(" ({} cached)", tokens_text(tokens)),
    };
    format!(
        "{} {input}{cached} / {} {output} · {}",
        tokens_text(usage.full_input()),
        tokens_text(usage.output_tokens),
        cost_text(usage.cost_usd),
    )
}
