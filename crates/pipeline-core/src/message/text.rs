//! Text of agents and people made safe to show: escaped, cut, kept in its lines. Knows no sentence.

use crate::usage::{Usage, cost_text, tokens_text};

/// The longest free text that is shown, in characters.
pub const FREE_TEXT_MAX: usize = 2_000;

/// Makes text safe between HTML tags and in double-quoted attributes. What trackers and chats refuse, and what a reader would not see, is
/// dropped; line feeds and tabs stay.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in plain_text::without_control(text).chars() {
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

/// Questions, reasons and findings for a chat: trimmed, cut at [`FREE_TEXT_MAX`], then escaped. Keeps its lines.
#[must_use]
pub fn free_text(text: &str) -> String {
    escape(&cut(text.trim(), FREE_TEXT_MAX))
}

/// The same for a tracker's comment: lines are joined by `<br>`.
#[must_use]
pub fn free_html(text: &str) -> String {
    free_text(text).replace('\n', "<br>")
}

/// Text that must stay on one line: white space becomes single spaces; at most `max_chars`, then escaped.
#[must_use]
pub fn one_line(text: &str, max_chars: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    escape(&cut(&words.join(" "), max_chars))
}

/// Names, paths or contexts in a sentence: joined by `, `, cut at [`FREE_TEXT_MAX`], then escaped.
#[must_use]
pub fn list_text(items: &[String]) -> String {
    one_line(&items.join(", "), FREE_TEXT_MAX)
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
