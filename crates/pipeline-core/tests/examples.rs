//! The examples run as they stand, without a cargo of their own: their files are modules of this test.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

#[allow(dead_code, reason = "a module of this test has no use for its main")]
#[path = "../examples/lint_reports.rs"]
mod lint_reports;

#[allow(dead_code, reason = "a module of this test has no use for its main")]
#[path = "../examples/custom_pipeline.rs"]
mod custom_pipeline;

#[allow(dead_code, reason = "a module of this test has no use for its main")]
#[path = "../examples/night.rs"]
mod night;

use std::path::Path;

use pipeline_core::verdict::report::Outcome;

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures")
        .join(name)
}

#[test]
fn reports_are_judged_from_their_files() {
    for (name, outcome, says) in [
        (
            "reports/TRK-021/12-review.md",
            Outcome::Fail,
            "Review verdict: REQUEST_CHANGES",
        ),
        (
            "reports/TRK-021/14-deploy-log.md",
            Outcome::Pass,
            "Deploy status: SUCCESS",
        ),
        (
            "reports/no-such-file.md",
            Outcome::Unreadable,
            "the file cannot be opened",
        ),
    ] {
        let verdict = lint_reports::lint(&fixture(name));
        assert_eq!(verdict.outcome, outcome, "{name}");
        assert!(
            lint_reports::line(&verdict).contains(says),
            "{}",
            lint_reports::line(&verdict)
        );
    }
}

#[test]
fn the_manual_is_written_proofread_and_published() {
    let states = custom_pipeline::drive(custom_pipeline::MANUAL).unwrap();
    let text = states.join("\n");
    let steps = [
        "created",
        "writing",
        "proofreading",
        "back to writing (review",
        "APPROVED",
        "merged as",
        "done",
    ];
    let mut rest = text.as_str();
    for step in steps {
        let at = rest
            .find(step)
            .unwrap_or_else(|| panic!("no '{step}' in\n{rest}"));
        rest = &rest[at..];
    }
}

#[test]
fn every_shipped_pipeline_is_driven_to_its_end() {
    for name in ["built-in", "bug-fix", "ux"] {
        let text = std::fs::read_to_string(fixture(&format!("pipelines/{name}.yaml"))).unwrap();
        let states = custom_pipeline::drive(&text).unwrap();
        let last = states.last().unwrap();
        assert!(last.contains("done           done"), "{}", states.join("\n"));
    }
}

#[test]
fn a_text_that_is_no_pipeline_is_refused_with_its_lines() {
    let problem = custom_pipeline::drive("name: x\nstages: []\n").unwrap_err();
    assert!(problem.contains("stages"), "{problem}");
}

#[test]
fn a_night_of_faults_ends_with_every_task_at_rest() {
    for seed in 1..=3 {
        let report = night::night(seed);
        assert_eq!(report.rows.len(), 50);
        assert_eq!(report.tally.illegal, Vec::<String>::new(), "seed {seed}");
        let asleep = ["done", "blocked", "cancelled", "waiting-dependency"];
        let under_way: Vec<_> = report
            .rows
            .iter()
            .filter(|row| !asleep.contains(&row.state))
            .collect();
        assert!(under_way.is_empty(), "seed {seed}: {under_way:#?}");
        assert!(report.count("done") >= 40, "seed {seed}:\n{}", report.text());
    }
}

#[test]
fn a_night_has_every_fault_and_can_be_repeated() {
    let report = night::night(1);
    assert_eq!(report.text(), night::night(1).text());
    assert_ne!(report.text(), night::night(2).text());
    for fault in [
        "an agent crashes",
        "CI is red",
        "the reviewer asks for changes",
        "the provider is overloaded",
        "the analyst asks",
        "the daemon dies before its commit",
        "a webhook is lost",
        "an event comes twice",
    ] {
        assert!(
            report.tally.faults.contains_key(fault),
            "{fault}\n{}",
            report.text()
        );
    }
}
