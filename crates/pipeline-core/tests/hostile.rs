//! Front matter and reports that were written to hurt: the right outcome, no panic, and bounded work. What is bounded is asserted in bytes,
//! nodes and findings; how long it takes is told by `just bench-core`.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use pipeline_core::verdict::findings::{MAX_FINDINGS, MAX_TEXT, review_findings, test_findings};
use pipeline_core::verdict::front_matter::{
    FrontMatter, MAX_ALIASES, MAX_BYTES, MAX_DEPTH, MAX_LEAD, MAX_NODES, WINDOW,
};
use pipeline_core::verdict::report::{JudgeOptions, Outcome, judge_bytes};
use pipeline_core::verdict::review::{ReviewVerdict, review_verdict};

fn refused(block: &str, expected: &str) {
    let error = FrontMatter::read(&format!("---\n{block}\n---\n")).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn too_large_blocks_are_refused_whatever_their_form() {
    let too_large =
        "line 1, column 1: the front matter is larger than 64 KiB, or the line '---' that ends it is missing";
    for block in [
        format!("a: {}", "x".repeat(200_000)),
        "a: b\n".repeat(40_000),
        "\n".repeat(200_000),
        "[".repeat(200_000),
        "я".repeat(100_000),
        "\r".repeat(200_000),
    ] {
        refused(&block, too_large);
        let unclosed = format!("---\n{block}");
        assert_eq!(FrontMatter::read(&unclosed).unwrap_err().to_string(), too_large);
    }
}

#[test]
fn the_largest_block_that_is_read_is_64_kib() {
    let block = |length: usize| format!("---\nverdict: APPROVED\n#{}\n---\n", "x".repeat(length - 20));
    let matter = FrontMatter::read(&block(MAX_BYTES)).unwrap();
    assert_eq!((matter.bytes(), matter.nodes()), (MAX_BYTES, 3));
    assert!(FrontMatter::read(&block(MAX_BYTES + 1)).is_err());
}

#[test]
fn blank_lines_before_the_block_have_a_limit() {
    let text = |blank: usize| format!("{}---\nverdict: APPROVED\n---\n", "\n".repeat(blank));
    assert!(FrontMatter::read(&text(MAX_LEAD)).is_ok());
    assert_eq!(
        FrontMatter::read(&text(MAX_LEAD + 1)).unwrap_err().to_string(),
        "line 4098, column 1: the first line that is not empty must be '---'"
    );
}

#[test]
fn nothing_behind_the_window_is_looked_at() {
    for head in [
        "---\n",
        "\n",
        "---\nverdict: APPROVED\n",
        "---\nverdict: APPROVED\n---\n",
    ] {
        for filler in ["x", "\n", "---", "- ", "я"] {
            let text = format!("{head}{}", filler.repeat(WINDOW));
            let longer = format!("{text}\n---\nverdict: REQUEST_CHANGES\n---\n");
            assert_eq!(
                FrontMatter::read(&text),
                FrontMatter::read(&longer),
                "{head:?} {filler:?}"
            );
        }
    }
}

#[test]
fn two_hundred_megabytes_are_judged_by_their_head() {
    let mut text = "---\nresult: PASS\n".to_owned();
    text.push_str(&"x: y\n".repeat(40_000_000));
    let verdict = judge_bytes("13-test-report.md", text.as_bytes(), &JudgeOptions::default());
    assert_eq!(verdict.outcome, Outcome::Unreadable);
}

#[test]
fn limits_name_what_there_is_too_much_of() {
    refused(
        &format!("a: {}", "[".repeat(5_000)),
        "line 2, column 20: the front matter has more than 16 levels",
    );
    refused(
        &(0..5_000)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .take(300)
            .collect::<String>(),
        "line 18, column 17: the front matter has more than 16 levels",
    );
    refused(
        &format!("a: [{}]", "x, ".repeat(MAX_NODES)),
        "line 2, column 5996: the front matter has more than 2000 values",
    );
    refused(
        &format!("a: &a x\nb: [{}]", "*a, ".repeat(MAX_ALIASES + 1)),
        "line 3, column 69: the front matter has more than 16 aliases",
    );
    let anchors: String = (0..=MAX_ALIASES)
        .map(|number| format!("a{number}: &a{number} x\n"))
        .collect();
    refused(
        &anchors,
        "line 18, column 11: the front matter has more than 16 anchors",
    );
}

#[test]
fn an_alias_bomb_does_not_grow() {
    let levels: String = (1..9)
        .map(|level| format!("l{level}: &l{level} [*l{0}, *l{0}]\n", level - 1))
        .collect();
    let text = format!("---\nl0: &l0 [x, x]\n{levels}verdict: APPROVED\n---\n");
    let matter = FrontMatter::read(&text).unwrap();
    assert_eq!(matter.text("verdict"), Some("APPROVED"));
    assert!(matter.nodes() < 50, "{} nodes", matter.nodes());
    let nine: String = (1..10)
        .map(|level| {
            format!(
                "l{level}: &l{level} [{}]\n",
                format!("*l{}, ", level - 1).repeat(9)
            )
        })
        .collect();
    refused(
        &format!("l0: &l0 x\n{nine}"),
        "line 4, column 45: the front matter has more than 16 aliases",
    );
}

#[test]
fn an_anchor_that_holds_itself_is_a_value_like_others() {
    let matter = FrontMatter::read("---\na: &a [*a]\nverdict: APPROVED\n---\n").unwrap();
    assert_eq!(matter.text("verdict"), Some("APPROVED"));
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    let deep = |levels: usize| format!("---\na: {}x{}\n---\n", "[".repeat(levels), "]".repeat(levels));
    assert!(FrontMatter::read(&deep(MAX_DEPTH - 1)).is_ok());
    assert!(FrontMatter::read(&deep(MAX_DEPTH)).is_err());
}

#[test]
fn invalid_bytes_never_complete_a_verdict() {
    for (bytes, outcome) in [
        (b"---\nresult: PASS\n---\n\xff\xfe\x00".as_slice(), Outcome::Pass),
        (b"---\nresult: PA\xc3SS\n---\n", Outcome::Unreadable),
        (
            b"---\nresult: PASS\nstatus: FAI\xffLED\n---\n",
            Outcome::Unreadable,
        ),
        (b"---\nresult: PASS\nstatus: \xd0FAILED\n---\n", Outcome::Fail),
        (b"\xff---\nresult: PASS\n---\n", Outcome::Unreadable),
        (b"---\nresult: PASS\xed\xa0\x80\n---\n", Outcome::Pass),
    ] {
        let verdict = judge_bytes("13-test-report.md", bytes, &JudgeOptions::default());
        assert_eq!(verdict.outcome, outcome, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn findings_of_a_large_report_are_few_and_short() {
    let items = format!("### P0\n{}", "- x\n  y\n".repeat(200_000));
    assert_eq!(review_findings(&items).len(), MAX_FINDINGS);
    let one = format!("### P0\n- {}", "word\nword ".repeat(100_000));
    let found = review_findings(&one);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text.chars().count(), MAX_TEXT + 1);
    let rows = "| FAIL | x |\n```\nFAIL y\n".repeat(40_000);
    assert!(test_findings(&rows).len() <= MAX_FINDINGS);
}

#[test]
fn a_blocker_behind_the_part_that_is_read_is_no_approval() {
    let text = format!(
        "---\nverdict: APPROVED\n---\n{}### P0\n- x\n",
        "prose\n".repeat(300_000)
    );
    assert!(matches!(review_verdict(&text), ReviewVerdict::Unreadable(_)));
}
