//! Reviewer, tester and deployer: reports that the gates can read, and the ones that scenarios spoil.

use demo::agent::AgentError;
use demo::scenario::Scenario;
use pipeline_core::verdict::deploy::{DeployVerdict, deploy_verdict};
use pipeline_core::verdict::findings::test_findings;
use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::review::{ReviewVerdict, review_verdict};
use pipeline_core::verdict::tests::{TestVerdict, test_verdict};

use crate::stage::{Stage, WORK_ITEM, changed, document};

#[test]
fn every_report_names_its_work_item() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    stage.review();
    stage.test();
    stage.play("deployer", "deploy-staging", "");
    stage.play("deployer", "deploy", "");
    for name in [
        "12-review.md",
        "13-test-report.md",
        "14-deploy-log.md",
        "15-staging-log.md",
    ] {
        let text = stage.read_document(name);
        assert_eq!(
            FrontMatter::read(&text).unwrap().text("work_item"),
            Some(WORK_ITEM),
            "{name}"
        );
    }
}

#[test]
fn a_role_writes_its_own_report_and_nothing_else() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    for (role, at, report) in [
        ("reviewer", "review", "12-review.md"),
        ("tester", "testing", "13-test-report.md"),
        ("deployer", "deploy-staging", "15-staging-log.md"),
        ("deployer", "deploy", "14-deploy-log.md"),
    ] {
        let before = stage.files();
        stage.play(role, at, "");
        assert_eq!(changed(&before, &stage.files()), [document(report)], "{role}");
    }
}

#[test]
fn the_first_review_is_broken_and_the_repair_run_mends_it() {
    let mut stage = Stage::sample(Scenario::BrokenReport);
    stage.develop();
    let broken = stage.review();
    assert!(
        matches!(review_verdict(&broken), ReviewVerdict::Unreadable(_)),
        "{broken}"
    );
    stage.play("reviewer", "review", "The report cannot be read.");
    assert_eq!(
        review_verdict(&stage.read_document("12-review.md")),
        ReviewVerdict::Approved
    );
}

#[test]
fn the_tester_runs_the_tests_and_reports_what_they_say() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    let report = stage.test();
    assert_eq!(test_verdict(&report), TestVerdict::Pass("PASS".to_owned()));
    assert!(report.contains("\n13 tests, 13 passed, 0 failed.\n"), "{report}");
    stage.write(
        "tests/test_extra.sh",
        "test_it_is_red() {\n    echo '```'; exit 1\n}\n",
    );
    let report = stage.test();
    assert!(matches!(test_verdict(&report), TestVerdict::Fail { .. }));
    let findings = test_findings(&report);
    assert_eq!(findings, ["test_it_is_red | FAIL", "FAIL: test_it_is_red"]);
}

#[test]
fn staging_and_deploy_try_the_tool_and_log_success() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    stage.play("deployer", "deploy-staging", "");
    stage.play("deployer", "deploy", "");
    let staging = stage.read_document("15-staging-log.md");
    assert_eq!(deploy_verdict(&staging, "staging_status"), DeployVerdict::Success);
    assert!(staging.contains("\n  1 [ ] smoke test\n```"), "{staging}");
    let deploy = stage.read_document("14-deploy-log.md");
    assert_eq!(deploy_verdict(&deploy, "deploy_status"), DeployVerdict::Success);
}

#[test]
fn a_tool_that_does_not_start_is_never_logged_as_success() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    let broken = stage.read("bin/todo").replace("set -eu", "set -eu\nexit 3");
    stage.write("bin/todo", &broken);
    stage.play("deployer", "deploy", "");
    assert_eq!(
        deploy_verdict(&stage.read_document("14-deploy-log.md"), "deploy_status"),
        DeployVerdict::Failed(Some("the smoke test failed".to_owned()))
    );
}

#[test]
fn only_the_deploy_to_production_fails_in_its_scenario() {
    let mut stage = Stage::sample(Scenario::DeployFailed);
    stage.develop();
    stage.play("deployer", "deploy-staging", "");
    stage.play("deployer", "deploy", "");
    let staging = stage.read_document("15-staging-log.md");
    assert_eq!(deploy_verdict(&staging, "staging_status"), DeployVerdict::Success);
    let deploy = stage.read_document("14-deploy-log.md");
    let DeployVerdict::Failed(Some(reason)) = deploy_verdict(&deploy, "deploy_status") else {
        panic!("{deploy}");
    };
    assert!(reason.contains("health check"), "{reason}");
}

#[test]
fn roles_and_stages_that_are_not_played_are_a_wrong_configuration() {
    let stage = Stage::sample(Scenario::Happy);
    for (role, at) in [("poet", "analysis"), ("deployer", "review")] {
        let error = stage.attempt(role, at, "", 1).unwrap_err();
        assert_eq!(error.exit_code(), 78, "{error}");
    }
}

#[test]
fn a_checkout_without_a_request_is_refused() {
    let stage = Stage::sample(Scenario::Happy);
    stage.remove_document("00-business-request.md");
    let error = stage.attempt("analyst", "analysis", "", 1).unwrap_err();
    assert!(matches!(error, AgentError::NoRequest(_)), "{error}");
}
