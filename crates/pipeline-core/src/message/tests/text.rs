use super::{HOSTILE, HOSTILE_ESCAPED, list};
use crate::message::text::{cut, escape, free_html, free_text, list_text, one_line, until_text, usage_text};
use crate::usage::Usage;

#[test]
fn markup_of_other_people_is_shown_not_obeyed() {
    assert_eq!(escape(HOSTILE), HOSTILE_ESCAPED);
    assert_eq!(escape("it's Йод 🚀"), "it's Йод 🚀");
    assert_eq!(escape("a\u{0}b\u{1b}[31m\r\nc\td"), "ab\nc\td");
}

#[test]
fn cutting_counts_characters_and_the_ellipsis() {
    for (text, max, expected) in [
        ("", 3, ""),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("жзик", 3, "жз…"),
        ("🚀🚀🚀", 2, "🚀…"),
        ("ab", 1, "…"),
    ] {
        assert_eq!(cut(text, max), expected);
    }
}

#[test]
fn free_text_is_cut_before_it_is_escaped() {
    let exact = "<".repeat(2_000);
    assert_eq!(free_text(&exact), "&lt;".repeat(2_000));
    let longer = "&".repeat(2_001);
    assert_eq!(free_text(&longer), format!("{}…", "&amp;".repeat(1_999)));
}

#[test]
fn what_nobody_sees_neither_counts_nor_swallows_the_cut() {
    let hidden = "\u{200b}".repeat(3_000);
    assert_eq!(free_text(&format!("{hidden}real{hidden}")), "real");
    assert_eq!(one_line(&format!("{hidden}real{hidden}"), 80), "real");
    let words = "a".repeat(1_995);
    let ringed = format!("{words}\u{1b}]0;title\u{7}{words}");
    assert_eq!(free_text(&ringed), format!("{}…", "a".repeat(1_999)));
    assert_eq!(one_line("a\u{1b}]0;never ended\nb", 80), "a b");
}

#[test]
fn a_moment_is_told_with_its_day_when_it_is_not_today() {
    let at = |text: &str| crate::time::Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    let now = at("2026-11-21T22:59:59Z");
    for (until, expected) in [
        ("2026-11-21T23:04:59Z", "23:04 UTC"),
        ("2026-11-22T00:00:00Z", "2026-11-22 00:00 UTC"),
        ("2026-11-20T23:04:59Z", "2026-11-20 23:04 UTC"),
    ] {
        assert_eq!(until_text(at(until), now), expected);
    }
    let never = crate::time::Timestamp(i64::MAX);
    assert_eq!(until_text(never, now), i64::MAX.to_string());
}

#[test]
fn lines_survive_where_they_may() {
    assert_eq!(free_text("\n a\r\nb\n"), "a\nb");
    assert_eq!(free_html("\n a\r\n\r\nb\n"), "a<br><br>b");
    assert_eq!(one_line(" a\r\n\t b ", 80), "a b");
    assert_eq!(list_text(&list(&["a<b", "c\nd"])), "a&lt;b, c d");
    assert_eq!(list_text(&[]), "");
}

#[test]
fn usage_names_the_cache_only_when_it_was_read() {
    let mut usage = Usage {
        input_tokens: 1_000,
        output_tokens: 999,
        cache_creation_input_tokens: 234,
        cost_usd: 7.294,
        ..Usage::default()
    };
    assert_eq!(usage_text(&usage), "1.2k in / 999 out · $7.29");
    usage.cache_read_input_tokens = 2_500_000;
    assert_eq!(usage_text(&usage), "2.5M in (2.5M cached) / 999 out · $7.29");
}
