//! The registry: ten gates, their names, and what they want to see.

use pipeline_core::gate::gate;
use pipeline_core::stage::{Cause, GateName};

use crate::setting::{project, task};

#[test]
fn there_are_ten_gates_and_each_says_what_it_wants() {
    let (task, project) = (task(), project());
    let lines: Vec<String> = GateName::ALL
        .into_iter()
        .map(|name| {
            let wants = gate(name).needs(&task, &project);
            let mut words: Vec<&str> = wants
                .paths
                .iter()
                .filter_map(|path| path.strip_prefix("docs/work-items/ET-007/"))
                .collect();
            words.extend(wants.head.then_some("(head)"));
            words.extend(wants.on_default.as_ref().map(|_| "(on the default branch too)"));
            format!("{name}: {}", words.join(" ")).trim_end().to_owned()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    check_analysis_complete: 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml
    check_analysis_approved:
    check_architecture_done: 07-infra-requirements.md 06-adr/
    check_ci_green: (head)
    check_reviewer_verdict: 12-review.md
    check_tests_passed: 13-test-report.md 12-review.md
    check_staging_status: 15-staging-log.md (on the default branch too)
    check_deploy_status: 14-deploy-log.md (on the default branch too)
    check_tests_local: (head)
    check_review_approved: (head)
    ");
}

#[test]
fn every_gate_is_a_cause_by_its_name() {
    for name in GateName::ALL {
        assert_eq!(name.as_str().parse::<Cause>(), Ok(Cause::Gate(name)));
        let word = serde_json::to_string(&name).unwrap();
        assert_eq!(word, format!("\"{name}\""));
    }
}
