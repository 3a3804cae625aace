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
        "### P0\n-[ ] x\n",
        "## 2. P0 — Blocker\n- x\n",
        "### 3.1 [P0]\n- x\n",
        "**P0 — Blocker**\n- x\n",
        "## Findings\n**P0:**\n\n- x\n\n**Summary**\n- y\n",
        "__P0__:\n- x\n## P1\n",
        "### P0\n- [x] group\n  - [ ] x\n  - [x] y\n",
        "### P0\n**Why**\n- x\n",
        "### p0: blocker\n- x\n",
        "### P0\n-\u{a0}x\n",
        "### P0\n— x\n",
        "### P0\n– x\n",
        "### P0\n◦ x\n",
        "### P0\n- нет\n\n— x\n",
    ] {
        check(text, &["P0 x"]);
    }
}

#[test]
fn what_only_looks_like_a_heading_or_an_item_is_none() {
    for text in [
        "---\nverdict: APPROVED\n# P0\nlist:\n- x\n---\n",
        "---\nverdict: APPROVED\nP0: 0\n---\n- summary\n",
        "**P0** and more in a sentence\n- x\n",
        "### P0\n- [X] x\n  - y\n",
        "### P0\n- [х] a Cyrillic tick\n",
        "### P0\n— Нет.\n",
        "### P0\n—\n",
        "### P0\nНет.\n\n***\n- - -\n",
    ] {
        check(text, &[]);
    }
    check("### P1\n- a\n— b\n", &["P1 a — b"]);
    check("### P1\n— a\n— b\n", &["P1 a", "P1 b"]);
    check("### P2\n- a\n  **P0: why**\n- b\n", &["P2 a **P0: why**", "P2 b"]);
}

#[test]
fn headings_end_a_section() {
    check("## P1\n- a\n## Files\n- b\n# P10\n- c\n### P0-like\n", &["P1 a"]);
    check(
        "### P2\n- see\n#12 is broken\n- b\n",
        &["P2 see #12 is broken", "P2 b"],
    );
    check("```\n### P0\n- sample\n```\n", &[]);
    check("```\n### P0\n- sample\n`````\n### P1\n- x\n```\n```\n", &["P1 x"]);
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
fn failing_rows_in_the_forms_of_agents() {
    let row = |row: &str| test_findings(&format!("| case | said |\n|---|:-:|\n{row}\n")).len();
    for failing in [
        "| a | FAIL |",
        "| a | FAIL ❌ |",
        "| a | ❌ FAIL |",
        "| a | ✗ |",
        "| a | failed: timeout |",
        "| a | **FAILED** (3 s) |",
        "| a | FAIL — no answer |",
        "| FAIL | a \\| b |",
        "| 12 | FAIL |",
    ] {
        assert_eq!(row(failing), 1, "{failing}");
    }
    for other in [
        "| Failed | 0 |",
        "| Failed | 2 | 3 |",
        "| FAILED | **4** |",
        "| ❌ | 0 |",
        "| a | ❌ 0 |",
        "| a | failed: 0 |",
        "| Failed login is logged | PASS |",
        "| `x \\| FAIL \\| y` | PASS |",
        "| a | 0 failed |",
        "| a | ✅ |",
    ] {
        assert_eq!(row(other), 0, "{other}");
    }
}

#[test]
fn failing_lines_of_test_runners() {
    let line = |line: &str| test_findings(&format!("```\n{line}\n```\n")).len();
    for failing in [
        "test parse::empty ... FAILED",
        "    FAIL [   0.005s] core parse::empty",
        "FAILED tests/test_a.py::test_b - AssertionError",
        "tests/test_a.py::test_b FAILED           [ 50%]",
        "ERROR tests/test_a.py - ImportError: no module",
        "FAIL: test_b (a.Case.test_b)",
        "ERROR: test_b (a.Case.test_b)",
        "test_b (a.Case.test_b) ... ERROR",
        "--- FAIL: TestA (0.00s)",
        "    --- FAIL: TestA/empty (0.00s)",
        "FAIL\texample.org/a\t0.012s",
        "FAIL  src/basket.test.ts",
        "✕ adds a thing (5 ms)",
        "● basket › adds a thing",
        "× adds a thing 3ms",
        "not ok 3 - adds",
        "BasketTest > adds() FAILED",
        "  Failed Shop.Tests.Adds [12 ms]",
    ] {
        assert_eq!(line(failing), 1, "{failing}");
    }
    for other in [
        "test result: FAILED. 3 passed; 1 failed; 0 ignored",
        "=== 4 failed, 392 passed in 7.44s ===",
        "FAILED (failures=1, errors=2)",
        "Failed: 2, Passed: 3",
        "FAILED: 0",
        "FAIL",
        "FAIL = 3",
        "Failed to connect to the broker",
        "failed to load configuration, using the default",
        "ERROR 2026-06-05 connection lost",
        "not ok 3 - later # TODO",
        "test parse::failed ... ok",
    ] {
        assert_eq!(line(other), 0, "{other}");
    }
}

#[test]
fn a_failure_that_is_told_twice_is_one_finding() {
    let text = "```\nFAILED tests/a.py::b\nFAILED tests/a.py::c\n```\n```\nFAILED tests/a.py::b - assert 1 == 2\nnot ok 1 - b\nnot ok 1 - c\n```\n";
    assert_eq!(
        test_findings(text),
        [
            "FAILED tests/a.py::b - assert 1 == 2",
            "FAILED tests/a.py::c",
            "not ok 1 - b",
            "not ok 1 - c"
        ]
    );
}

#[test]
fn a_header_and_passing_rows_are_no_failures() {
    let text =
        "| Run | Passed | Failed |\n|-----|-------:|-------:|\n| all | **392** | **0** |\n| x | PASS | ✓ |\n";
    assert_eq!(test_findings(text), [] as [&str; 0]);
}
