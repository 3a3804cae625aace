//! Analyst and architect: what they write, and when they ask or object instead.

use demo::scenario::Scenario;
use pipeline_core::verdict::front_matter::FrontMatter;

use crate::stage::{Stage, WORK_ITEM, changed, document, record};

const DOCUMENTS: [&str; 4] = [
    "01-brd.md",
    "02-trz.md",
    "03-acceptance-criteria.md",
    "04-test-plan.yaml",
];

fn own(text: &str) -> bool {
    FrontMatter::read(text).unwrap().text("work_item_id") == Some(WORK_ITEM)
}

#[test]
fn the_analyst_writes_four_documents_from_the_request_and_nothing_else() {
    let mut stage = Stage::sample(Scenario::Happy);
    let before = stage.files();
    stage.play("analyst", "analysis", "");
    assert_eq!(changed(&before, &stage.files()), DOCUMENTS.map(document));
    for name in ["01-brd.md", "02-trz.md", "03-acceptance-criteria.md"] {
        assert!(own(&stage.read_document(name)), "{name}");
    }
    assert!(
        stage
            .read_document("03-acceptance-criteria.md")
            .contains("- **AC-5** `todo list` without a word")
    );
    let plan: serde_json::Value = serde_yaml::from_str(&stage.read_document("04-test-plan.yaml")).unwrap();
    assert_eq!(plan["work_item_id"], WORK_ITEM);
    assert_eq!(plan["command"], "sh tests/run.sh");
    assert_eq!(plan["cases"].as_array().unwrap().len(), 5);
}

#[test]
fn the_record_is_the_last_line_and_has_a_price() {
    let mut stage = Stage::sample(Scenario::Happy);
    let stdout = stage.play("analyst", "analysis", "a brief");
    let record = record(&stdout);
    assert_eq!(
        (record["type"].as_str(), record["is_error"].as_bool()),
        (Some("result"), Some(false))
    );
    assert_eq!(record["model"], "scripted");
    assert_eq!(record["session_id"], "scripted-7-1-1");
    assert!(record["usage"]["input_tokens"].as_u64().unwrap() > 0);
    assert!(record["usage"]["output_tokens"].as_u64().unwrap() > 0);
    assert!(record["total_cost_usd"].as_f64().unwrap() > 0.0);
    assert!(stdout.lines().count() > 3, "{stdout}");
}

#[test]
fn the_reason_of_a_rejection_is_worked_in() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.play("analyst", "analysis", "");
    stage.play(
        "analyst",
        "analysis",
        "## Rejected\n\nSay what happens\nwith a tab.\n\n## Task\n\nx\n",
    );
    assert!(
        stage
            .read_document("01-brd.md")
            .contains("> Say what happens\n> with a tab.\n")
    );
    assert!(
        stage
            .read_document("03-acceptance-criteria.md")
            .contains("AC-6** What the last version")
    );
}

#[test]
fn the_analyst_asks_once_and_then_uses_the_answers() {
    let mut stage = Stage::sample(Scenario::Questions);
    let before = stage.files();
    stage.play("analyst", "analysis", "");
    assert_eq!(changed(&before, &stage.files()), [document("questions.md")]);
    stage.play(
        "analyst",
        "analysis",
        "# Brief\n\n## Answers\n\nA sentence is enough.\n",
    );
    assert!(!stage.has_document("questions.md"));
    assert!(
        stage
            .read_document("01-brd.md")
            .contains("> A sentence is enough.")
    );
    assert!(DOCUMENTS.iter().all(|name| stage.has_document(name)));
}

#[test]
fn the_architect_records_a_decision() {
    let mut stage = Stage::sample(Scenario::Happy);
    stage.play("analyst", "analysis", "");
    let before = stage.files();
    stage.play("architect", "architecture", "");
    let record = document("06-adr/ADR-0001-select-while-printing.md");
    assert_eq!(changed(&before, &stage.files()), std::slice::from_ref(&record));
    assert!(own(&stage.read(&record)));
}

#[test]
fn the_architect_objects_until_the_specification_is_corrected() {
    for mut stage in [
        Stage::sample(Scenario::Conflict),
        Stage::foreign(Scenario::Conflict),
    ] {
        stage.play("analyst", "analysis", "");
        stage.play("architect", "architecture", "");
        let objection = stage.read_document("conflict.md");
        assert!(!stage.path().join(document("06-adr")).exists());
        stage.remove_document("conflict.md");
        stage.play(
            "analyst",
            "analysis",
            &format!("## Objection to the specification\n\n{objection}\n"),
        );
        assert!(
            stage
                .read_document("02-trz.md")
                .contains("Objection that was settled")
        );
        stage.play("architect", "architecture", "");
        assert!(!stage.has_document("conflict.md"));
        assert!(stage.path().join(document("06-adr")).exists());
    }
}
