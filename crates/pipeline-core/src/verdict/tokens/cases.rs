//! Values as agents and people write them.

use super::*;

#[test]
fn positive_values() {
    for value in [
        "PASS",
        "PASSED",
        "pass",
        "PASS — ready-to-deploy",
        "ready-to-deploy",
        "stage:ready-to-deploy",
        "PASS (0 failed)",
        "PASS (**0** failed)",
        "PASS — no regressions",
        "10/10 checks PASS",
        "(10/10) checks: PASS",
        "PASS, no failure",
        "green",
        "05/06/2026 PASS",
        "PASS ✅ (392 passed, 0 failed, 6 skipped)",
        "PASS (0 tests failed)",
        "PASS, no tests failed",
        "PASS — no failed tests",
        "PASS (0 failures, 0 errors)",
        "PASS — no test failures",
        "PASS, 4 pre-existing failures on main",
        "12/12 passed",
        "12/12 tests passed, 0 failed",
        "12 of 12 tests passed",
        "100% of tests passed",
        "PASS, coverage 87%",
        "PASS (✅ 10, ❌ 0)",
        "PASS (0 ❌)",
        "PASS — регрессий не найдено",
        "не мешает, PASS",
        "regressions: not found; PASS",
        "all tests passed with no failures and the build is green",
        "PASS 2026-06-05",
        "PASS: no regressions",
        "PASS: 0 failed",
    ] {
        assert_eq!(tone(value), Tone::Positive, "{value}");
    }
}

#[test]
fn negative_values_name_their_word() {
    for (value, word) in [
        ("BLOCKED", "BLOCKED"),
        ("PASS (2 failed)", "FAILED"),
        ("PASS (10 failed)", "FAILED"),
        ("PASS (1.0 failed)", "FAILED"),
        ("PASS (10/0 failed)", "FAILED"),
        ("PASS: errors 0, FAILED", "FAILED"),
        ("no — failed", "FAILED"),
        ("NOT PASSED", "NOT PASSED"),
        ("not **passed**", "NOT PASSED"),
        ("NOT -- PASSED", "NOT PASSED"),
        ("no pass", "NO PASS"),
        ("9/10 checks PASS", "9/10"),
        ("9 / 10 checks PASS", "9/10"),
        ("(9/10) PASS", "9/10"),
        ("PASS 3/4 tests", "3/4"),
        (
            "99999999999999999999998/99999999999999999999999 passed",
            "99999999999999999999998/99999999999999999999999",
        ),
        ("request_changes", "REQUEST_CHANGES"),
        ("NOT READY-TO-DEPLOY", "NOT READY-TO-DEPLOY"),
        ("PASS/FAIL", "FAIL"),
        ("PASS | FAILED", "FAILED"),
        ("BLOCKED → PASS", "BLOCKED"),
        ("PASS, failed: 0", "FAILED"),
        ("PASS (zero failed)", "FAILED"),
        ("12/12 tests passed, 0/12 failed", "FAILED"),
        ("PASS (10 tests failed)", "FAILED"),
        ("PASS (1.0 tests failed)", "FAILED"),
        ("PASS (>0 failed)", "FAILED"),
        ("PASS (no tests, failed)", "FAILED"),
        ("PASS __FAILED__", "FAILED"),
        ("PASS -FAILED", "FAILED"),
        ("doesn't pass", "DOESN'T PASS"),
        ("didn’t PASS", "DIDN'T PASS"),
        ("cannot pass", "CANNOT PASS"),
        ("never passed", "NEVER PASSED"),
        ("НЕ PASS", "НЕ PASS"),
        ("не **passed**", "не PASSED"),
        ("9 of 10 tests passed", "9/10"),
        ("9 out of 10 passed", "9/10"),
        ("9 из 10 PASS", "9/10"),
    ] {
        assert_eq!(tone(value), Tone::Negative(word.to_owned()), "{value}");
    }
}

#[test]
fn other_values_say_nothing() {
    for value in [
        "registered",
        "bypassed",
        "mostly fine",
        "42",
        "",
        "10/10",
        "РАSS",
        "paſſ",
        "_PASS_",
        "partial-pass",
        "not started",
        "no tests",
    ] {
        assert_eq!(tone(value), Tone::Unknown, "{value}");
    }
}

#[test]
fn what_takes_a_pass_back_is_named() {
    for (value, what) in [
        ("9/10", "9/10"),
        ("PASS (9/10)", "9/10"),
        ("24/25 TC = PASS", "24/25"),
        ("9/10 unit tests passed", "9/10"),
        ("9 of 10 smoke checks PASS", "9/10"),
        ("not all tests passed", "NOT … PASSED"),
        ("NOT YET READY-TO-DEPLOY", "NOT … READY-TO-DEPLOY"),
        ("PASS, though not all is green", "NOT … GREEN"),
        ("не все тесты PASSED", "не … PASSED"),
        ("didn't fully pass", "DIDN'T … PASS"),
        ("no tests passed", "NO … PASSED"),
        ("0 passed", "0 PASSED"),
        ("0 tests passed", "0 PASSED"),
        ("90% passed", "90%"),
        ("90 % of tests passed", "90%"),
        ("PASS (3 failures)", "FAILURES"),
        ("10 passed, 2 errors", "ERRORS"),
        ("PASS with errors", "ERRORS"),
        ("PASS, but login fails", "FAILS"),
        ("PASS-FAIL", "PASS-FAIL"),
        ("PASS (2failed)", "2FAILED"),
        ("PASS: tests_failed", "TESTS_FAILED"),
        ("ready-to-deploy: no", "READY-TO-DEPLOY: NO"),
        ("PASS = false (see below)", "PASS: FALSE"),
        ("PASSED: 0, skipped: 3", "PASSED: 0"),
        ("PASS: нет", "PASS: нет"),
        ("❌ PASS", "❌"),
        ("PASS 🔴", "🔴"),
        ("PASS (❌ 10)", "❌"),
    ] {
        assert_eq!(tone(value), Tone::Doubtful(what.to_owned()), "{value}");
    }
}

#[test]
fn long_values_are_judged_in_one_pass() {
    for piece in ["9/9 ", "❌", "- ", "NOT ", "9 ", "% ", "' T "] {
        let value = piece.repeat(64 * 1024 / piece.len());
        assert_ne!(tone(&value), Tone::Positive, "{piece}");
    }
}
