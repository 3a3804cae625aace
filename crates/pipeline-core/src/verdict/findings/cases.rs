//! Items and failures in the forms that agents write.

use super::*;

fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = review_findings(text)
        .into_iter()
        .map(|finding| format!("{} {}", finding.severity.as_str(), finding.text))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn items_go_on_over_lines() {
    check(
        "### P0 — Blocker\n- it crashes\n  on empty input\n- [x] old one\n  mended\n## P1\n- Нет.\n* —\n### P2\n1. rename `x`\n\n   to `y`\n## Notes\n- not a finding\n",
        &["P0 it crashes on empty input", "P2 rename `x` to `y`"],
    );
    check(
        "### P3 — Nice to have\n- `a.py` splits\n`literals` over\nlines.\n- second\n\nprose\n",
        &["P3 `a.py` splits `literals` over lines.", "P3 second"],
    );
    check(
        "## P1\n- outer\n  - inner\n- next\n",
        &["P1 outer - inner", "P1 next"],
    );
    check("## P1\n- нет\nхотя одно есть\n", &["P1 нет хотя одно есть"]);
}

#[test]
fn empty_items_are_no_findings() {
    for nothing in [
        "- Нет.",
        "- none",
        "- N/A",
        "- No",
        "- —",
        "-",
        "* **None**",
        "1. нет",
        "- [ ] нет",
    ] {
        check(&format!("### P0\n{nothing}\n### P1\n"), &[]);
    }
}

#[test]
fn no_form_of_writing_hides_a_blocker() {
    for text in [
        "### P0\n - x\n",
        "### P0\n    - x\n",
        "### P0\n\t- x\n",
        "### P0\n+ x\n",
        "### P0\n1) x\n",
        "  ## P0: now\n- x\n",
        "##P0\n- x\n",
        "### **P0** — Blocker\n- x\n",
        "### 🔴 P0\n- x\n",
        "### Р0 (Cyrillic)\n- x\n",
        "P0 — Blocker\n---\n- x\n",
        "## P0\n### src/a.rs\n- x\n",
        "### P0\n```\ncode\n```\n- x\n",
        "```\nnever closed\n### P0\n- x\n",
        "````\n```\n````\n### P0\n- x\n",
        "### P0\r- x\r",
        "### P0\n- [ ] x\n",
    ] {
        check(text, &["P0 x"]);
    }
}

#[test]
fn headings_end_a_section() {
    check("## P1\n- a\n## Files\n- b\n# P10\n- c\n### P0-like\n", &["P1 a"]);
    check(
        "### P2\n- see\n#12 is broken\n- b\n",
        &["P2 see #12 is broken", "P2 b"],
    );
    check("```\n### P0\n- sample\n```\n", &[]);
}

#[test]
fn findings_are_bounded() {
    let many = format!("### P3\n{}### P0\n- last\n", "- remark\n".repeat(10_000));
    let found = review_findings(&many);
    assert_eq!(found.len(), MAX_FINDINGS + 1);
    assert_eq!(found.last().unwrap().severity, Severity::P0);
    let long = format!("### P1\n- {}\n", "я".repeat(100_000));
    assert_eq!(review_findings(&long)[0].text.chars().count(), MAX_TEXT + 1);
    let rows = (0..1_000)
        .map(|row| format!("| t{row} | FAIL |\n"))
        .collect::<String>();
    assert_eq!(test_findings(&rows).len(), MAX_FINDINGS);
}

#[test]
fn failures_are_rows_and_lines_of_summaries() {
    let text = "| Test | Failed |\n|---|---|\n| a | 0 |\n| b | **FAILED** |\n| c | ❌ timeout |\n\nFAILED in prose\n\n```\nok 1\nFAIL: d\nFAIL: d\nnot ok 3 - e\ntest f ... FAILED\n--- FAIL: TestG (0.00s)\n4 failed, 392 passed\n```\n";
    assert_eq!(
        test_findings(text),
        [
            "b | **FAILED**",
            "c | ❌ timeout",
            "FAIL: d",
            "not ok 3 - e",
            "test f ... FAILED",
            "--- FAIL: TestG (0.00s)"
        ]
    );
}

#[test]
fn a_header_and_passing_rows_are_no_failures() {
    let text =
        "| Run | Passed | Failed |\n|-----|-------:|-------:|\n| all | **392** | **0** |\n| x | PASS | ✓ |\n";
    assert_eq!(test_findings(text), [] as [&str; 0]);
}
