//! What agents and people may write into a sentence, and what must not come of it.

use super::sentences::{alerts, comments, live_messages};
use super::{HOSTILE, HOSTILE_ESCAPED};
use crate::effect::EffectKind;
use crate::message::text::{CHAT_TEXT_MAX, FREE_TEXT_MAX};

/// The whole message as it is sent.
fn sent(alert: String) -> String {
    let EffectKind::Alert { text } = EffectKind::alert(alert) else {
        panic!("it is no alert")
    };
    text
}

fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        HOSTILE,
        "<script>alert(1)</script>",
        "\"><a href=\"javascript:alert(1)\">x</a>",
        "' onmouseover='x",
        "&lt;b&gt; &amp;amp; &#60; &",
        "one\r\ntwo\nthree\rfour\u{85}five\u{2028}six",
        "a\u{202e}cod.exe\u{2066}b\u{200f}\u{61c}c",
        "\u{0}\u{8}\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{7f}x",
        "x\u{1b}]0;never ended",
        "\u{200b}\u{feff}\u{ad}\u{e0041}",
        "e\u{301}\u{301}\u{301} 👩\u{200d}🚀 🇷🇺 ️",
        "\u{fffd}\u{fffd} \\ud83d",
        "",
        " ",
        ".",
        "ET-001 … «» “”",
    ]
    .map(str::to_owned)
    .into();
    for (letter, times) in [
        ("я", 5_000),
        ("🚀", 5_000),
        ("&", 5_000),
        ("\"", 5_000),
        ("<", 5_000),
        ("\n", 5_000),
        ("\u{200b}", 5_000),
        ("e\u{301}", 5_000),
        ("a\u{1b}[31m", 5_000),
        ("word ", 5_000),
    ] {
        values.push(letter.repeat(times));
        values.push(format!("x{}", letter.repeat(times)));
    }
    values
}

/// Text between tags; panics where the markup is not ours, not closed, or not escaped.
fn shown(html: &str) -> String {
    let (mut text, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(letter) = rest.chars().next() {
        let taken = match letter {
            '<' => {
                let (tag, _) = rest.split_once('>').expect("a tag ends");
                match tag.strip_prefix("</") {
                    Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
                    None if tag == "<br" => text.push('\n'),
                    None if tag.starts_with("<a href=\"https://") && tag.matches('"').count() == 2 => {
                        open.push("a");
                    }
                    None => {
                        let known = ["<b", "<ul", "<li", "<sub", "<code"]
                            .into_iter()
                            .find(|known| *known == tag);
                        open.push(&known.unwrap_or_else(|| panic!("{tag}> in {html}"))[1..]);
                    }
                }
                tag.len() + 1
            }
            '&' => {
                let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')];
                let known = entities.into_iter().find(|(entity, _)| rest.starts_with(entity));
                let (entity, letter) = known.unwrap_or_else(|| panic!("a bare & in {html}"));
                text.push(letter);
                entity.len()
            }
            _ => {
                assert!(
                    !matches!(letter, '>' | '"') && !plain_text::deceives(letter),
                    "{letter:?} in {html}"
                );
                text.push(letter);
                letter.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    assert!(open.is_empty(), "{open:?} stays open in {html}");
    text
}

#[test]
fn whatever_stands_in_a_comment_it_is_shown_not_obeyed() {
    for value in values() {
        for comment in comments(&value) {
            shown(&comment);
        }
    }
}

#[test]
fn whatever_stands_in_a_message_the_chat_takes_it() {
    for value in values() {
        let live = live_messages(&value, 50)
            .into_iter()
            .chain(live_messages(&value, 3));
        for message in alerts(&value).into_iter().map(sent).chain(live) {
            let text = shown(&message);
            assert!(!message.contains("<br>"), "{message}");
            assert!(text.encode_utf16().count() <= CHAT_TEXT_MAX, "{}", text.len());
            assert!(message.len() <= 32_768, "{}", message.len());
        }
    }
}

#[test]
fn markup_of_other_people_is_read_as_it_was_written() {
    for sentence in comments(HOSTILE).into_iter().chain(alerts(HOSTILE)) {
        let breaks_kept = sentence.replace("<br>", "\n");
        let in_one_line = HOSTILE_ESCAPED.replace('\n', " ");
        assert!(
            [HOSTILE_ESCAPED, in_one_line.as_str()]
                .iter()
                .any(|escaped| breaks_kept.to_lowercase().contains(&escaped.to_lowercase())),
            "{sentence}"
        );
    }
}

#[test]
fn free_text_is_never_longer_than_it_may_be() {
    let megabyte = ["я".repeat(1 << 19), "&\u{200b}\n".repeat(1 << 17)];
    let long = values().into_iter().filter(|value| value.chars().count() > 3_000);
    for value in long.chain(megabyte) {
        for (said, frame) in [
            (
                crate::message::asking::questions_comment(super::EN, &crate::role::Role::new("ux"), &value),
                "❓ Ux needs clarification:\n\n",
            ),
            (
                crate::message::setback::gate_failed_comment("a", "b", &value),
                "⚠️ QG failed at a: b — ",
            ),
        ] {
            let shown = shown(&said);
            let free = shown.strip_prefix(frame).expect("the frame stands first");
            assert!(free.chars().count() <= FREE_TEXT_MAX, "{}", free.chars().count());
            let is_cut = free.chars().count() == FREE_TEXT_MAX;
            assert_eq!(free.ends_with('…'), is_cut, "{free}");
        }
    }
}

#[test]
fn a_message_that_is_cut_loses_no_tag() {
    let link = format!(
        "<a href=\"https://a.example/?a=1&amp;b=2\">{}</a>",
        "🚀".repeat(3_000)
    );
    let cut = sent(link);
    assert!(cut.ends_with("🚀…</a>"), "{cut}");
    assert_eq!(shown(&cut).encode_utf16().count(), CHAT_TEXT_MAX - 1);
    let exact = "&lt;".repeat(CHAT_TEXT_MAX);
    assert_eq!(sent(exact.clone()), exact);
    let longer = sent(format!("{exact}x"));
    assert_eq!(longer, format!("{}…", "&lt;".repeat(CHAT_TEXT_MAX - 1)));
    let heavy = format!("<a href=\"https://a.example/{}\">x</a>", "a".repeat(40_000));
    assert_eq!(sent(heavy), "…");
}

#[test]
fn the_live_message_of_a_long_pipeline_keeps_its_end() {
    let text = &live_messages("a-stage-with-a-rather-long-name-of-its-own", 50)[1];
    assert!(text.starts_with("🎉 ET-012 · a-stage"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[2], "…", "{text}");
    assert!(lines[3].starts_with("✅ a-stage"), "{text}");
    assert!(text.ends_with("\n🔗 PR #7 · 📦 deployed"), "{text}");
    assert!(
        text.contains("\n⛔ ") && text.encode_utf16().count() > CHAT_TEXT_MAX - 200,
        "{text}"
    );
}
