//! Gates that read documents: reasons to the letter.

use pipeline_core::stage::GateName;

use crate::setting::{documents, judged, project, task};

const ANALYSIS: [(&str, &str); 4] = [
    ("01-brd.md", "# Why"),
    ("02-trz.md", "# What"),
    ("03-acceptance-criteria.md", "# When"),
    ("04-test-plan.yaml", "cases: []"),
];

#[test]
fn of_a_report_whose_end_was_cut_off_only_an_approval_is_no_verdict() {
    use GateName::{CheckReviewerVerdict, CheckTestsPassed};
    for (gate, name, text, expected) in [
        (
            CheckReviewerVerdict,
            "12-review.md",
            "---\nverdict: APPROVED\n---\n",
            "unreadable: APPROVED in a review larger than 256 KiB, whose items cannot all be read: make it shorter",
        ),
        (
            CheckReviewerVerdict,
            "12-review.md",
            "---\nverdict: REQUEST_CHANGES\n---\n",
            "fail: Review verdict: REQUEST_CHANGES",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            "---\nresult: PASS\n---\n",
            "pass: Test verdict: PASS (PASS)",
        ),
    ] {
        let mut evidence = documents(&[(name, text)]);
        evidence
            .documents
            .iter_mut()
            .for_each(|document| document.cut = true);
        assert_eq!(judged(gate, &task(), &project(), &evidence), expected, "{text}");
    }
}

#[test]
fn a_report_gives_the_reason_to_the_letter() {
    use GateName::{CheckReviewerVerdict, CheckTestsPassed};
    let review = "---\nverdict: REQUEST_CHANGES\n---\n### P1 — Major\n- [ ] greet by name\n- [x] greet\n### P2\n- Нет.\n";
    let failed = "---\nresult: FAILED\n---\n| case | result |\n|---|---|\n| greets | FAIL |\n";
    for (gate, name, text, expected) in [
        (
            CheckReviewerVerdict,
            "12-review.md",
            "---\nverdict: approved\n---\n",
            "pass: Review verdict: APPROVED",
        ),
        (
            CheckReviewerVerdict,
            "12-review.md",
            review,
            "fail: Review verdict: REQUEST_CHANGES [P1 greet by name]",
        ),
        (
            CheckReviewerVerdict,
            "other.md",
            "",
            "unreadable: Review not found (12-review.md)",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            "---\nresult: PASS\n---\n",
            "pass: Test verdict: PASS (PASS)",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            "---\nresult: 10/10 checks PASS\n---\n",
            "pass: Test verdict: 10/10 checks PASS (PASS)",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            failed,
            "fail: Test verdict: FAILED (FAILED) [greets | FAIL]",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            "PASS\n",
            "unreadable: No YAML frontmatter in test report (cannot read machine verdict)",
        ),
        (
            CheckTestsPassed,
            "13-test-report.md",
            "---\nversion: 1\n---\n",
            "unreadable: No machine-readable verdict/status/result in test report frontmatter",
        ),
        (
            CheckTestsPassed,
            "other.md",
            "",
            "unreadable: Test report not found (13-test-report.md)",
        ),
    ] {
        let evidence = documents(&[(name, text)]);
        assert_eq!(judged(gate, &task(), &project(), &evidence), expected, "{text}");
    }
}

#[test]
fn failed_tests_bring_what_the_review_left_open() {
    let evidence = documents(&[
        (
            "13-test-report.md",
            "---\nresult: FAILED\n---\n| greets | FAIL |\n",
        ),
        (
            "12-review.md",
            "---\nverdict: APPROVED\n---\n### P2\n- rename `x`\n### P3\n- [x] mended\n",
        ),
    ]);
    assert_eq!(
        judged(GateName::CheckTestsPassed, &task(), &project(), &evidence),
        "fail: Test verdict: FAILED (FAILED) [12-review.md: P2 rename `x` | greets | FAIL]"
    );
}

#[test]
fn a_report_that_takes_its_verdict_back_is_written_again() {
    let evidence = documents(&[("13-test-report.md", "---\nresult: 24/25 TC = PASS\n---\n")]);
    assert_eq!(
        judged(GateName::CheckTestsPassed, &task(), &project(), &evidence),
        "unreadable: Test verdict not recognised: 24/25 TC = PASS, because of '24/25' (write result: PASS or result: FAILED)"
    );
}

#[test]
fn a_log_gives_the_reason_to_the_letter() {
    use GateName::{CheckDeployStatus, CheckStagingStatus};
    for (gate, name, text, expected) in [
        (
            CheckStagingStatus,
            "15-staging-log.md",
            "---\nstaging_status: SUCCESS\n---\n",
            "pass: Staging status: SUCCESS",
        ),
        (
            CheckStagingStatus,
            "15-staging-log.md",
            "---\nstaging_status: FAILED\n---\n",
            "fail: Staging status: FAILED",
        ),
        (
            CheckStagingStatus,
            "15-staging-log.md",
            "---\nstaging_status: FAILED\nresult: 9/10 checks PASS\n---\n",
            "fail: Staging status: FAILED [9/10 checks PASS]",
        ),
        (
            CheckStagingStatus,
            "15-staging-log.md",
            "---\ndeploy_status: SUCCESS\n---\n",
            "unreadable: No machine-readable staging_status in frontmatter (got: none)",
        ),
        (
            CheckStagingStatus,
            "15-staging-log.md",
            "---\nstaging_status: maybe\n---\n",
            "unreadable: No machine-readable staging_status in frontmatter (got: maybe)",
        ),
        (
            CheckStagingStatus,
            "other.md",
            "",
            "unreadable: Staging log not found (15-staging-log.md)",
        ),
        (
            CheckDeployStatus,
            "14-deploy-log.md",
            "---\ndeploy_status: success\n---\n",
            "pass: Deploy status: SUCCESS",
        ),
        (
            CheckDeployStatus,
            "14-deploy-log.md",
            "---\ndeploy_status: FAILED\n---\n",
            "fail: Deploy status: FAILED",
        ),
        (
            CheckDeployStatus,
            "14-deploy-log.md",
            "---\ndeploy_status: 1\n---\n",
            "unreadable: No machine-readable deploy_status in frontmatter (got: 1)",
        ),
        (
            CheckDeployStatus,
            "other.md",
            "",
            "unreadable: Deploy log not found (14-deploy-log.md)",
        ),
    ] {
        let evidence = documents(&[(name, text)]);
        assert_eq!(judged(gate, &task(), &project(), &evidence), expected, "{text}");
    }
}

#[test]
fn a_project_without_staging_has_no_staging_gate() {
    let mut project = project();
    project.staging = false;
    let evidence = documents(&[]);
    assert_eq!(
        judged(GateName::CheckStagingStatus, &task(), &project, &evidence),
        "not applicable: Staging gate N/A for example"
    );
    assert_eq!(
        judged(GateName::CheckDeployStatus, &task(), &project, &evidence),
        "unreadable: Deploy log not found (14-deploy-log.md)"
    );
}

#[test]
fn analysis_is_complete_with_all_four_documents() {
    let gate = GateName::CheckAnalysisComplete;
    let all = documents(&ANALYSIS);
    assert_eq!(
        judged(gate, &task(), &project(), &all),
        "pass: Analysis documents complete"
    );
    let mut empty = ANALYSIS;
    empty[1].1 = " \n";
    let evidence = documents(&empty[..3]);
    assert_eq!(
        judged(gate, &task(), &project(), &evidence),
        "unreadable: missing or empty: 02-trz.md, 04-test-plan.yaml"
    );
}

#[test]
fn architecture_is_a_decision_or_the_infrastructure() {
    let gate = GateName::CheckArchitectureDone;
    let path = |name: &str| format!("docs/work-items/ET-007/06-adr/{name}");
    let mut evidence = documents(&[]);
    let nothing = "unreadable: neither 06-adr/ADR-*.md nor 07-infra-requirements.md was written";
    assert_eq!(judged(gate, &task(), &project(), &evidence), nothing);
    evidence.listed = vec![path("notes.md"), path("ADR-001.txt"), path("ADR-1/notes.md")];
    assert_eq!(judged(gate, &task(), &project(), &evidence), nothing);
    let blank = documents(&[("07-infra-requirements.md", " \n")]);
    assert_eq!(judged(gate, &task(), &project(), &blank), nothing);
    evidence.listed = vec![path("ADR-001.md"), path("ADR-002.md")];
    assert_eq!(
        judged(gate, &task(), &project(), &evidence),
        "pass: Architecture decision records: 2"
    );
    let evidence = documents(&[("07-infra-requirements.md", "none")]);
    assert_eq!(
        judged(gate, &task(), &project(), &evidence),
        "pass: Infrastructure requirements written"
    );
}
