//! Which findings stand in one list, and in which order.

use pipeline_core::brief::Launch;
use pipeline_core::stage::Cause;
use pipeline_core::task::Bounce;

use crate::setting::{bounce, reason, task};

const REVIEW: (&str, Cause) = ("review", Cause::Review);
const TESTS: (&str, Cause) = ("testing", Cause::Tests);
const CI: (&str, Cause) = ("development", Cause::Ci);
const DEPLOY_CI: (&str, Cause) = ("deploy", Cause::Ci);

/// The list as `origin: first line`, from bounces with their findings.
fn check(bounces: &[((&str, Cause), &[&str])], expected: &[&str]) {
    let bounces: Vec<Bounce> = bounces
        .iter()
        .map(|((from, cause), findings)| bounce(from, *cause, "why", findings))
        .collect();
    let text = reason(&task(bounces), "development", &Launch::Bounce);
    let list = text.split("## What already failed").next().unwrap_or_default();
    let lines: Vec<&str> = list.lines().collect();
    let items: Vec<String> = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with("   > ") && !pair[0].starts_with("   "))
        .map(|pair| {
            let origin = pair[0].split_once(". ").map_or("", |(_, origin)| origin);
            format!("{origin} {}", pair[1].trim_start_matches("   > "))
        })
        .collect();
    assert_eq!(items, expected, "{text}");
}

#[test]
fn the_newest_reasons_alone() {
    check(&[(REVIEW, &["P1 a", "P2 b"])], &["review: P1 a", "review: P2 b"]);
    check(
        &[(REVIEW, &["P1 old"]), (REVIEW, &["P1 new"])],
        &["review: P1 new"],
    );
    check(&[(CI, &[])], &[]);
}

#[test]
fn a_review_that_nobody_repeated_is_still_open() {
    check(
        &[(REVIEW, &["P1 a"]), (CI, &["ci/test"])],
        &["review: P1 a", "ci: ci/test"],
    );
    check(
        &[(REVIEW, &["P1 a"]), (CI, &["one"]), (CI, &["two"])],
        &["review: P1 a", "ci: two"],
    );
}

#[test]
fn a_review_that_passed_since_is_closed() {
    check(&[(REVIEW, &["P1 a"]), (TESTS, &["FAIL b"])], &["tests: FAIL b"]);
    check(
        &[(REVIEW, &["P1 a"]), (TESTS, &["FAIL b"]), (CI, &["c"])],
        &["tests: FAIL b", "ci: c"],
    );
    check(&[(TESTS, &["FAIL b"]), (DEPLOY_CI, &["c"])], &["ci: c"]);
}

#[test]
fn the_review_comes_first_and_what_tests_say_of_the_same_file_beside_it() {
    check(
        &[
            (TESTS, &["FAIL src/b.rs:1", "FAIL src/a.rs:9"]),
            (REVIEW, &["P1 `src/a.rs:3` x", "P2 y"]),
        ],
        &[
            "review: P1 `src/a.rs:3` x",
            "tests, of the same file: see whether both can be right: FAIL src/a.rs:9",
            "review: P2 y",
            "tests: FAIL src/b.rs:1",
        ],
    );
}

#[test]
fn what_an_approving_review_left_open_comes_with_failed_tests() {
    check(
        &[(TESTS, &["12-review.md: P3 name", "FAIL b"])],
        &["review: P3 name", "tests: FAIL b"],
    );
}
