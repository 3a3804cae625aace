//! The prompts and the pipeline name the same documents, and the examples in the prompts pass our own gates.

use std::collections::BTreeSet;

use pipeline_core::brief::Launch;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Locale;
use pipeline_core::prompt::fill;
use pipeline_core::run::{Change, ChangedPath};
use pipeline_core::scope::{ScopeVerdict, check_scope};
use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::report::{JudgeOptions, Outcome, judge_bytes};

use crate::setting::{PROMPTS, brief, job, project, prompt_of, reason, stage, task};

/// What a role reads, and what it writes in the directory.
const DOCUMENTS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "analyst",
        "analysis",
        &["00-business-request.md"],
        &[
            "01-brd.md",
            "02-trz.md",
            "03-acceptance-criteria.md",
            "04-test-plan.yaml",
            "04b-ui-test-cases.md",
            "questions.md",
        ],
    ),
    (
        "architect",
        "architecture",
        &["02-trz.md", "03-acceptance-criteria.md", "04-test-plan.yaml"],
        &[
            "06-adr/ADR-NNNN-short-title.md",
            "07-infra-requirements.md",
            "08-data-requirements.md",
            "10-tech-risks.md",
            "conflict.md",
        ],
    ),
    (
        "developer",
        "development",
        &["02-trz.md", "03-acceptance-criteria.md", "04-test-plan.yaml"],
        &["10-tech-risks.md"],
    ),
    (
        "reviewer",
        "review",
        &["02-trz.md", "03-acceptance-criteria.md", "04-test-plan.yaml"],
        &["12-review.md"],
    ),
    (
        "tester",
        "testing",
        &["04-test-plan.yaml"],
        &["13-test-report.md"],
    ),
    (
        "deployer",
        "deploy",
        &["12-review.md", "13-test-report.md"],
        &["14-deploy-log.md"],
    ),
    (
        "deployer",
        "deploy-staging",
        &["12-review.md", "13-test-report.md"],
        &["15-staging-log.md"],
    ),
];

fn named_in(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| letter.is_whitespace() || "`|".contains(letter))
        .map(|word| word.trim_matches([',', '.', ':', ';', ')']))
        .filter(|word| word.ends_with(".md") || word.ends_with(".yaml"))
        .collect()
}

#[test]
fn prompts_name_exactly_these_documents() {
    for (role, text) in PROMPTS {
        let of_role = DOCUMENTS.iter().filter(|(name, ..)| *name == role);
        let expected: BTreeSet<&str> = of_role
            .flat_map(|(_, _, reads, writes)| reads.iter().chain(*writes))
            .copied()
            .collect();
        assert_eq!(named_in(text), expected, "{role}");
    }
}

#[test]
fn what_a_prompt_tells_to_write_may_be_written_and_what_it_tells_to_read_may_not() {
    for (role, name, reads, writes) in DOCUMENTS {
        let stage = stage(name);
        let inside = |document: &str| {
            let diff = [ChangedPath {
                path: format!("docs/work-items/SH-007/{document}"),
                change: Change::Added,
                special: false,
            }];
            check_scope(&stage.scope, "docs/work-items/SH-007/", &[], &diff) == ScopeVerdict::Inside
        };
        assert!(writes.iter().all(|document| inside(document)), "{role}");
        assert!(!reads.iter().any(|document| inside(document)), "{role}");
    }
}

#[test]
fn reports_questions_and_objections_are_named_in_prompt_and_brief() {
    let pipeline = Pipeline::built_in();
    let mut stages = 0;
    for stage in &pipeline.stages {
        let Some(role) = &stage.role else { continue };
        stages += 1;
        let objection = stage.objects_in.as_ref().map(|(name, _)| name);
        let brief = brief(&task(Vec::new()), stage.name.as_str(), &Launch::First);
        for document in stage.reports.iter().chain(&stage.asks_in).chain(objection) {
            assert!(
                prompt_of(role.as_str()).contains(&format!("`{document}`")),
                "{role}: {document}"
            );
            assert!(
                brief.contains(&format!("docs/work-items/SH-007/{document}")),
                "{role}: {document}"
            );
        }
    }
    assert_eq!(stages, 7);
}

fn examples(text: &str) -> Vec<String> {
    let mut blocks = text.split("```");
    let inside = std::iter::from_fn(move || {
        blocks.next()?;
        blocks.next()
    });
    inside
        .map(|block| block.trim_start_matches('\n').to_owned())
        .filter(|block| block.starts_with("---\n"))
        .collect()
}

/// The gate, the example's value, and the other one.
const REPORTS: &[(&str, &str, &str, &str)] = &[
    ("review", "12-review.md", "APPROVED", "REQUEST_CHANGES"),
    ("testing", "13-test-report.md", "PASS", "FAILED"),
    ("deploy-staging", "15-staging-log.md", "SUCCESS", "FAILED"),
];

fn check_example(stage: &str, file: &str, text: &str, (good, bad): (&str, &str)) {
    let options = JudgeOptions {
        work_item: Some("SH-007"),
        ..JudgeOptions::default()
    };
    let passed = judge_bytes(file, text.as_bytes(), &options);
    assert_eq!(passed.outcome, Outcome::Pass, "{stage}: {passed:?}");
    let other = text.replace(good, bad);
    assert_ne!(other, text);
    assert_eq!(
        judge_bytes(file, other.as_bytes(), &options).outcome,
        Outcome::Fail,
        "{stage}"
    );
}

#[test]
fn examples_of_front_matter_pass_our_own_gates() {
    for (name, file, good, bad) in REPORTS {
        let role = stage(name).role.expect("somebody works there");
        let prompt = fill(
            prompt_of(role.as_str()),
            &project(Locale::En),
            &job(role.as_str()),
        );
        let shown = examples(&prompt);
        assert_eq!(shown.len(), 1, "{name}");
        check_example(name, file, &shown[0], (good, bad));
        for word in [good, bad] {
            assert!(
                prompt.contains(&format!("`{word}`")) || prompt.contains(&format!(": {word}`")),
                "{name}: {word}"
            );
        }
    }
    let deploy = examples(&fill(
        prompt_of("deployer"),
        &project(Locale::En),
        &job("deployer"),
    ));
    let log = deploy[0].replace("staging_status", "deploy_status");
    check_example("deploy", "14-deploy-log.md", &log, ("SUCCESS", "FAILED"));
}

#[test]
fn examples_in_a_repair_pass_our_own_gates_and_name_the_task() {
    let launch = Launch::Repair {
        diagnosis: "no front matter".to_owned(),
        run: None,
        kept: true,
    };
    let deploy = ("deploy", "14-deploy-log.md", "SUCCESS", "FAILED");
    for (name, file, good, bad) in REPORTS.iter().copied().chain([deploy]) {
        let text = reason(&task(Vec::new()), name, &launch);
        assert!(text.contains(&format!("docs/work-items/SH-007/{file}")), "{text}");
        check_example(name, file, &examples(&text)[0], (good, bad));
    }
    for name in ["analysis", "architecture"] {
        let text = reason(&task(Vec::new()), name, &launch);
        let matter = FrontMatter::read(&examples(&text)[0]).expect("it can be read");
        assert_eq!(matter.text("work_item_id"), Some("SH-007"), "{name}");
    }
    assert_eq!(
        examples(&reason(&task(Vec::new()), "development", &launch)),
        Vec::<String>::new()
    );
}
