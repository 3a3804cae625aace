//! A project that the agent does not know: it says so, and adds two files that can break nothing.

use demo::sample;
use demo::scenario::Scenario;
use pipeline_core::verdict::review::{ReviewVerdict, review_verdict};
use pipeline_core::verdict::tests::{TestVerdict, test_verdict};

use crate::stage::{Stage, changed, document, record};

const PAGE: &str = "docs/orchd-demo/ET-001.md";
const CHECK: &str = "tests/orchd_demo_et_001_test.sh";

#[test]
fn two_files_are_added_and_both_say_that_nothing_was_implemented() {
    let mut stage = Stage::foreign(Scenario::Happy);
    let before = stage.files();
    let stdout = stage.play("developer", "development", "");
    assert_eq!(changed(&before, &stage.files()), [PAGE, CHECK]);
    assert!(stage.read(PAGE).contains("**It does not implement the request**"));
    assert!(
        record(&stdout)["result"]
            .as_str()
            .unwrap()
            .contains("not implemented")
    );
    assert!(stage.read(PAGE).contains("- Please make it 1.5 times as fast.\n"));
}

#[test]
fn the_way_to_the_end_is_green() {
    let mut stage = Stage::foreign(Scenario::Happy);
    stage.play("analyst", "analysis", "");
    stage.play("architect", "architecture", "");
    stage.develop();
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
    assert_eq!(test_verdict(&stage.test()), TestVerdict::Pass("PASS".to_owned()));
    stage.play("deployer", "deploy", "");
    assert!(
        stage
            .read_document("14-deploy-log.md")
            .contains("deploy_status: SUCCESS")
    );
    assert!(
        stage
            .read(&document("06-adr/ADR-0001-a-page-and-its-check.md"))
            .contains("Make it faster")
    );
}

#[test]
fn a_shortcoming_is_found_in_the_page_and_mended() {
    let mut stage = Stage::foreign(Scenario::Bounce);
    stage.develop();
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::RequestChanges);
    stage.develop();
    assert_eq!(review_verdict(&stage.review()), ReviewVerdict::Approved);
}

#[test]
fn a_red_check_is_seen_by_the_tester_and_mended() {
    let mut stage = Stage::foreign(Scenario::CiRed);
    stage.develop();
    assert!(matches!(test_verdict(&stage.test()), TestVerdict::Fail { .. }));
    stage.develop();
    assert_eq!(test_verdict(&stage.test()), TestVerdict::Pass("PASS".to_owned()));
}

#[test]
fn every_round_of_a_discontented_reviewer_is_another_section() {
    let mut stage = Stage::foreign(Scenario::Exhausted);
    for _ in 0..10 {
        stage.develop();
        assert_eq!(review_verdict(&stage.review()), ReviewVerdict::RequestChanges);
    }
    let page = stage.read(PAGE);
    let mut headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
    let count = headings.len();
    headings.sort_unstable();
    headings.dedup();
    assert_eq!((count, headings.len()), (11, 11));
}

#[test]
fn another_request_in_the_sample_project_is_not_implemented_either() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.write(
        &document("00-business-request.md"),
        "# Give tasks a priority\n\nHigh and low.\n",
    );
    let before = stage.files();
    stage.develop();
    assert_eq!(changed(&before, &stage.files()), [PAGE, CHECK]);
    assert_eq!(stage.run_tests(), (true, "8 passed, 0 failed".to_owned()));
}

#[test]
fn the_feature_of_an_earlier_work_item_is_not_made_twice() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.develop();
    let others = stage.read("CHANGELOG.md").replace("(ET-001)", "(ET-000)");
    stage.write("CHANGELOG.md", &others);
    let before = stage.files();
    stage.develop();
    assert_eq!(changed(&before, &stage.files()), [PAGE, CHECK]);
    assert_eq!(sample::TEST_COMMAND, "sh tests/run.sh");
}
