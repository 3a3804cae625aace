//! Which gate judges a file, whose it is, and what is said when it cannot be read.

use super::*;

fn check(name: &str, text: &str, options: &JudgeOptions<'_>, expected: &str) {
    let verdict = judge(name, text, options);
    let gate = verdict
        .gate
        .map_or_else(|| "none".to_owned(), |gate| gate.to_string());
    let line = format!("{gate}: {}: {}", verdict.outcome.as_str(), verdict.reason);
    assert_eq!(line, expected, "{name}: {text:?}");
}

fn plain(name: &str, text: &str, expected: &str) {
    check(name, text, &JudgeOptions::default(), expected);
}

#[test]
fn the_name_tells_the_gate() {
    for (name, gate) in [
        ("12-review.md", Some(ReportGate::Review)),
        ("12-review-v2.md", Some(ReportGate::Review)),
        ("12-reviewv3.md", Some(ReportGate::Review)),
        ("12-review.v4.md", Some(ReportGate::Review)),
        ("12-REVIEW.md", Some(ReportGate::Review)),
        ("13-test-report_v2.md", Some(ReportGate::Tests)),
        ("14-deploy-log.md", Some(ReportGate::Deploy)),
        ("15-staging-log.md", Some(ReportGate::Staging)),
        ("12-reviewers.md", None),
        ("review.md", None),
    ] {
        assert_eq!(ReportGate::of_name(name), gate, "{name}");
    }
}

#[test]
fn otherwise_the_keys_tell_it() {
    plain(
        "a.md",
        "---\nstaging_status: SUCCESS\nstatus: x\n---\n",
        "check_staging_status: pass: Staging status: SUCCESS",
    );
    plain(
        "a.md",
        "---\ndeploy_status: FAILED\n---\n",
        "check_deploy_status: fail: Deploy status: FAILED",
    );
    plain(
        "a.md",
        "---\nstatus: pass\n---\n",
        "check_tests_passed: pass: Test verdict: pass (PASS)",
    );
    plain(
        "a.md",
        "---\nverdict: APPROVED\n---\n",
        "check_reviewer_verdict: pass: Review verdict: APPROVED",
    );
    plain(
        "a.md",
        "---\nverdict: PASS\n---\n",
        "check_tests_passed: pass: Test verdict: PASS (PASS)",
    );
    let none = "none: unreadable: no gate known for this file and no verdict key in it";
    plain("a.md", "---\ntitle: x\n---\n", none);
    plain("a.md", "# Report\nverdict: APPROVED\n", none);
    plain(
        "a.md",
        "---\nverdict: APPROVED\n",
        "none: unreadable: no gate known for this file, and its front matter cannot be read: line 1, column 1: the line '---' that ends the front matter is missing",
    );
}

#[test]
fn a_named_gate_comes_before_the_name() {
    let options = JudgeOptions {
        gate: Some(ReportGate::Tests),
        work_item: None,
    };
    check(
        "d/12-review.md",
        "---\nverdict: APPROVED\n---\n",
        &options,
        "check_tests_passed: pass: Test verdict: APPROVED (PASS)",
    );
}

#[test]
fn a_report_of_another_work_item_is_refused() {
    let options = JudgeOptions {
        gate: None,
        work_item: Some("ET-012"),
    };
    for (owner, expected) in [
        ("work_item: et-012", "pass: Review verdict: APPROVED"),
        ("version: 1", "pass: Review verdict: APPROVED"),
        (
            "work_item_id: ET-013",
            "unreadable: 12-review.md belongs to ET-013, not to ET-012",
        ),
        (
            "work_item_id: ET-012\nwork_item: ET-013",
            "unreadable: 12-review.md belongs to ET-013, not to ET-012",
        ),
    ] {
        check(
            "docs/12-review.md",
            &format!("---\nverdict: APPROVED\n{owner}\n---\n"),
            &options,
            &format!("check_reviewer_verdict: {expected}"),
        );
    }
}

#[test]
fn an_unreadable_report_says_where() {
    let verdict = judge(
        "13-test-report.md",
        "\n---\nresult: PASS\n",
        &JudgeOptions::default(),
    );
    assert_eq!(verdict.reason, "Malformed YAML frontmatter in test report");
    assert_eq!(
        verdict.findings,
        ["line 2, column 1: the line '---' that ends the front matter is missing"]
    );
    let verdict = judge_bytes(
        "13-test-report.md",
        b"\xff\xfe-\0-\0-\0",
        &JudgeOptions::default(),
    );
    assert_eq!(
        verdict.reason,
        "the file is UTF-16 (little endian), not UTF-8; save it as UTF-8"
    );
}
