//! The developer in the sample project; whether it is really green or red is asked of its own tests.

use demo::agent::AgentError;
use demo::scenario::Scenario;
use pipeline_core::verdict::findings::review_findings;
use pipeline_core::verdict::review::{ReviewVerdict, review_verdict};

use crate::stage::{Stage, changed, document};

#[test]
fn the_sample_project_is_green_before_and_after_the_feature() {
    let mut stage = Stage::sample(Scenario::Happy);
    assert_eq!(stage.run_tests(), (true, "8 passed, 0 failed".to_owned()));
    let before = stage.files();
    stage.develop();
    assert_eq!(stage.run_tests(), (true, "13 passed, 0 failed".to_owned()));
    assert_eq!(
        changed(&before, &stage.files()),
        [
            "CHANGELOG.md",
            "README.md",
            "bin/todo",
            "lib/list.sh",
            "tests/test_list_word.sh"
        ]
    );
    assert!(stage.read("README.md").contains("| `todo list WORD` |"));
    assert!(stage.read("CHANGELOG.md").contains("(ET-001)"));
    assert!(stage.read("bin/todo").contains("  list [WORD] "));
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
}

#[test]
fn the_first_try_breaks_a_test_and_the_second_mends_it() {
    let mut stage = Stage::sample(Scenario::CiRed);
    stage.develop();
    assert_eq!(stage.run_tests(), (false, "12 passed, 1 failed".to_owned()));
    stage.develop();
    assert_eq!(stage.run_tests(), (true, "13 passed, 0 failed".to_owned()));
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
}

#[test]
fn the_reviewer_finds_the_shortcoming_that_the_tests_do_not_see() {
    let mut stage = Stage::sample(Scenario::Bounce);
    stage.develop();
    assert_eq!(stage.run_tests(), (true, "12 passed, 0 failed".to_owned()));
    let review = stage.review();
    assert_eq!(review_verdict(&review), ReviewVerdict::RequestChanges);
    let findings = review_findings(&review);
    assert_eq!(findings.len(), 2);
    let first = &findings[0].text;
    let place = first.split('`').nth(1).unwrap();
    let (path, line) = place.split_once(':').unwrap();
    let line: usize = line.parse().unwrap();
    assert!(
        stage
            .read(path)
            .lines()
            .nth(line - 1)
            .unwrap()
            .contains("grep -qi "),
        "{first}"
    );
    stage.develop();
    assert_eq!(stage.run_tests(), (true, "13 passed, 0 failed".to_owned()));
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
}

#[test]
fn the_first_attempt_dies_without_a_trace_and_the_second_works() {
    let stage = Stage::sample(Scenario::AgentCrash);
    let before = stage.files();
    let error = stage.attempt("developer", "development", "", 1).unwrap_err();
    assert!(matches!(error, AgentError::Crash));
    assert_eq!(error.exit_code(), 1);
    assert_eq!(changed(&before, &stage.files()), Vec::<String>::new());
    stage.attempt("developer", "development", "", 2).unwrap();
    assert_eq!(stage.run_tests(), (true, "13 passed, 0 failed".to_owned()));
}

#[test]
fn a_reviewer_who_is_never_content_asks_for_something_else_each_time() {
    let mut stage = Stage::sample(Scenario::Exhausted);
    let mut asked = Vec::new();
    for _ in 0..9 {
        stage.develop();
        let review = stage.review();
        assert_eq!(review_verdict(&review), ReviewVerdict::RequestChanges);
        let findings = review_findings(&review);
        assert_eq!(findings.len(), 1);
        assert!(!asked.contains(&findings[0].text), "{asked:?}");
        asked.push(findings[0].text.clone());
    }
    assert_eq!(stage.run_tests(), (true, "21 passed, 0 failed".to_owned()));
}

#[test]
fn a_developer_with_nothing_to_mend_says_so_in_a_document() {
    let mut stage = Stage::sample(Scenario::DeployFailed);
    stage.develop();
    let before = stage.files();
    stage.develop();
    stage.develop();
    assert_eq!(changed(&before, &stage.files()), [document("10-tech-risks.md")]);
    assert!(stage.read_document("10-tech-risks.md").contains("- Run 7-3-1: "));
}

#[test]
fn what_the_developer_mends_is_whatever_is_wrong_not_only_its_own_flaws() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    let readme = stage
        .read("README.md")
        .replace("`todo list WORD`", "`todo find WORD`");
    stage.write("README.md", &readme);
    let review = stage.review();
    assert_eq!(review_verdict(&review), ReviewVerdict::RequestChanges);
    assert!(review.contains("### P0 — Blocker\n\n- `README.md:"), "{review}");
    stage.develop();
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
}
